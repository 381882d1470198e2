package dev.lockstep.admission;

import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Deadline;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds how much is being read at once: many large reviews wait for each other instead of taking
 * all memory. Small ones, which are nearly all, take a small part.
 */
final class ByteBudget {
  private static final int UNIT_BYTES = 1024;

  private final int units;
  private final Semaphore free;

  ByteBudget(int bytes) {
    units = bytes / UNIT_BYTES;
    free = new Semaphore(units, true);
  }

  /**
   * @param longest to wait for others
   * @throws ApiCallException if others take too long
   */
  <T> T with(int bytes, Duration longest, Supplier<T> work) {
    int needed = Math.min(units, bytes / UNIT_BYTES + 1);
    acquire(needed, Deadline.timeFor(longest));
    try {
      return work.get();
    } finally {
      free.release(needed);
    }
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
