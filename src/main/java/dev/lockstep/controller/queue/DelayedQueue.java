package dev.lockstep.controller.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** When an item is due: one time for each, an earlier one in the place of a later one. */
public final class DelayedQueue<T> {
  private final ScheduledExecutorService executor;
  private final Clock clock;
  private final Consumer<T> action;
  private final Map<T, Instant> due = new HashMap<>();

  /**
   * @param action what is done with an item at its time; has to return soon
   */
  public DelayedQueue(ScheduledExecutorService executor, Clock clock, Consumer<T> action) {
    this.executor = executor;
    this.clock = clock;
    this.action = action;
  }

  public synchronized void note(T item, Instant time) {
    Instant before = due.get(item);
    if (before == null || time.isBefore(before)) {
      due.put(item, time);
      executor.schedule(
          () -> come(item, time),
          Duration.between(clock.instant(), time).toMillis(),
          TimeUnit.MILLISECONDS);
    }
  }

  /** What was noted first may have been replaced since. */
  private void come(T item, Instant time) {
    synchronized (this) {
      if (!due.remove(item, time)) {
        return;
      }
    }
    action.accept(item);
  }

  public synchronized void clear() {
    due.clear();
  }
}
