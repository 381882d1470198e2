package dev.lockstep.webhook.limits;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.RequestDeadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds how much memory is taken at once: many large reviews wait for each other instead of taking
 * all. Small ones, which are nearly all, take a small part.
 */
public final class MemoryLimiter {
  private static final int UNIT_BYTES = 1024;

  private final int units;
  private final Semaphore free;

  MemoryLimiter(long bytes) {
    units = Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes / UNIT_BYTES));
    free = new Semaphore(units, true);
  }

  /** A part of the memory that this process may have, and enough for one of the largest. */
  public static MemoryLimiter ofMemory(double part, long largest) {
    return new MemoryLimiter(
        Math.max((long) (Runtime.getRuntime().maxMemory() * part), largest + UNIT_BYTES));
  }

  /**
   * @param longest to wait for others
   * @throws TooLargeException if it is more than there is
   * @throws ApiServerException if others take too long
   */
  public <T> T with(MemoryEstimate weight, Duration longest, Supplier<T> work) {
    int needed = needed(weight.bytes());
    acquire(needed, RequestDeadline.timeFor(longest));
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
        throw new ApiServerException(
            ApiServerException.NO_ANSWER, "too many large requests at once");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiServerException(ApiServerException.NO_ANSWER, "interrupted");
    }
  }
}
