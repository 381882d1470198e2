package dev.lockstep.webhook.limits;

/** More than the memory of this server has room for. */
public final class TooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooLargeException() {
    super("a review of that many parts needs more memory than this server has");
  }
}
