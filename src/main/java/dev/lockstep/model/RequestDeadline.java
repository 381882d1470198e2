package dev.lockstep.model;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  private static <T> T until(@Nullable Long nanos, Supplier<T> work) {
    @Nullable Long before = NANOS.get();
    NANOS.set(nanos);
    try {
      return work.get();
    } finally {
      NANOS.set(before);
    }
  }

  /** An executor whose tasks have the deadline, and the look-up, of who submits them. */
  public static Executor carriedTo(Executor executor) {
    return task -> {
      @Nullable Long nanos = NANOS.get();
      Optional<ReadScope> scope = ReadScope.current();
      Supplier<Void> work =
          () -> {
            task.run();
            return null;
          };
      executor.execute(
          () -> until(nanos, () -> scope.map(known -> known.with(work)).orElseGet(work)));
    };
  }

  /** Whether this work is under a deadline that is not over. */
  public static boolean hasTimeLeft() {
    @Nullable Long nanos = NANOS.get();
    return nanos != null && nanos - System.nanoTime() > 0;
  }

  /**
   * The time for one call: what it may take at most, or what is left of the deadline.
   *
   * @throws ApiServerException if nothing is left
   */
  public static Duration timeFor(Duration atMost) {
    @Nullable Long nanos = NANOS.get();
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
