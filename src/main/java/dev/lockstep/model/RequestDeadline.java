package dev.lockstep.model;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * By when a piece of work has to be done, known to all calls that it makes. Whoever waits for an
 * admission is answered in time, and nothing is written after that.
 */
public final class RequestDeadline {
  private static final ThreadLocal<Long> NANOS = new ThreadLocal<>();

  private RequestDeadline() {}

  /** Does the work on this thread, under a deadline. */
  public static <T> T within(Duration time, Supplier<T> work) {
    return until(System.nanoTime() + time.toNanos(), work);
  }

  private static <T> T until(Long nanos, Supplier<T> work) {
    Long before = NANOS.get();
    NANOS.set(nanos);
    try {
      return work.get();
    } finally {
      NANOS.set(before);
    }
  }

  /** An executor whose tasks have the deadline of who submits them. */
  public static Executor carriedTo(Executor executor) {
    return task -> {
      Long nanos = NANOS.get();
      executor.execute(
          () ->
              until(
                  nanos,
                  () -> {
                    task.run();
                    return null;
                  }));
    };
  }

  /**
   * The time for one call: what it may take at most, or what is left of the deadline.
   *
   * @throws ApiServerException if nothing is left
   */
  public static Duration timeFor(Duration atMost) {
    Long nanos = NANOS.get();
    if (nanos == null) {
      return atMost;
    }
    Duration left = Duration.ofNanos(nanos - System.nanoTime());
    if (left.isNegative() || left.isZero()) {
      throw new ApiServerException(
          ApiServerException.NO_ANSWER, "the time for this request is over");
    }
    return left.compareTo(atMost) < 0 ? left : atMost;
  }
}
