package dev.lockstep.webhook.limits;

/**
 * How much memory a review takes at most while it is answered. What is small in a body can be large
 * as a tree: {@code [{},{},...]} takes thirty times its length.
 */
public record MemoryEstimate(long bytes) {
  /** The tree's strings, and what is made of them; the body itself has its place already. */
  private static final int PER_BYTE = 2;

  /**
   * The object as it is persisted, its version, and the new one: each is read or sent, and a tree.
   */
  private static final int TIMES_LOOKED_UP = 3;

  /** What an object has at most, however long it is when it is escaped. */
  private static final int LARGEST_OBJECT = 2 * 1024 * 1024;

  /** A field of its own name with a string, or an object and its map, each of two tokens. */
  private static final int PER_TOKEN = 80;

  public static MemoryEstimate of(int bodyBytes, long tokens) {
    return new MemoryEstimate(
        (long) PER_BYTE * bodyBytes
            + (long) TIMES_LOOKED_UP * Math.min(bodyBytes, LARGEST_OBJECT)
            + PER_TOKEN * tokens);
  }
}
