package dev.lockstep.kubernetes.client;

import dev.lockstep.model.ReadScope;
import java.time.Duration;
import java.util.function.Supplier;

/** Bounds what look-ups take at once, in fair shares for the namespaces that they are made for. */
final class ReadLimits {
  /** Answers that are under way at once for look-ups, each of which may be of 3 MiB. */
  private static final int READS_AT_ONCE = 32;

  /** Of all memory, for what look-ups read. */
  private static final double PART_OF_MEMORY = 0.25;

  private static final int LARGE = 64 * 1024;

  /** A tree of many short keys takes eleven times its text, and what is made of it twice more. */
  private static final int TIMES_AS_A_TREE = 13;

  /** A look-up reads a head and its version. */
  private static final int HEAD_AND_VERSION = 2;

  private final FairShares places;
  private final FairShares memory;

  /**
   * @param longest to wait for a share
   */
  ReadLimits(Duration longest) {
    places = new FairShares(READS_AT_ONCE, longest);
    memory = new FairShares((long) (Runtime.getRuntime().maxMemory() * PART_OF_MEMORY), longest);
  }

  /** Reads, when there is a place. */
  <T> T reading(Supplier<T> read) {
    return ReadScope.reading(places, read);
  }

  /** Waits for the memory that an answer of this length takes, if it is a large one. */
  void expect(int length) {
    if (length > LARGE) {
      ReadScope.expect(memory, (long) HEAD_AND_VERSION * TIMES_AS_A_TREE * length);
    }
  }
}
