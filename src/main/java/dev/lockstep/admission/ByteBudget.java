package dev.lockstep.admission;

import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds how much memory is taken at once: many large reviews wait for each other instead of taking
 * all. Small ones, which are nearly all, take a small part.
 */
final class ByteBudget {
  private static final int UNIT_BYTES = 1024;

  private final int units;
  private final Semaphore free;

  ByteBudget(long bytes) {
    units = Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes / UNIT_BYTES));
    free = new Semaphore(units, true);
  }

  /** A part of the memory that this process may have, and enough for one of the largest. */
  static ByteBudget ofMemory(double part, long largest) {
    return new ByteBudget(
        Math.max((long) (Runtime.getRuntime().maxMemory() * part), largest + UNIT_BYTES));
  }

  /**
   * @param longest to wait for others
   * @throws TooLargeException if it is more than there is
   * @throws ApiCallException if others take too long
   */
  <T> T with(Weight weight, Duration longest, Supplier<T> work) {
    int needed = needed(weight.bytes());
    acquire(needed, Deadline.timeFor(longest));
    try {
      return work.get();
    } finally {
      free.release(needed);
    }
  }

  private int needed(long bytes) {
    long needed = bytes / UNIT_BYTES + 1;
    if (needed > units) {
      throw new TooLargeException();
    }
    return (int) needed;
  }

  private void acquire(int needed, Duration longest) {
    try {
      if (!free.tryAcquire(needed, longest.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new ApiCallException(ApiCallException.NO_ANSWER, "too many large requests at once");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiCallException(ApiCallException.NO_ANSWER, "interrupted");
    }
  }
}
