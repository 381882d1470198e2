package dev.lockstep.simulation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A clock that stands still until it is told to go on, and an executor that goes by it. */
final class VirtualTime extends Clock {
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long count;

  /** Runs what is due, in the caller's thread, while {@link #pass} goes on. */
  final Tasks executor = new Tasks();

  /** Time passes, and what comes due on the way is done at its time. */
  void pass(Duration duration) {
    Instant end = now.plus(duration);
    while (!tasks.isEmpty() && !tasks.peek().due().isAfter(end)) {
      Task next = tasks.poll();
      now = next.due().isAfter(now) ? next.due() : now;
      next.run();
      next.rethrow();
    }
    now = end;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  private final class Task extends FutureTask<Object> implements ScheduledFuture<Object> {
    private final long number = count++;
    private final Instant due;

    Task(Runnable work, Duration delay) {
      super(work, null);
      due = now.plus(delay);
    }

    /** Nobody else looks at what went wrong. */
    void rethrow() {
      try {
        if (!isCancelled()) {
          get();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause().getMessage(), e.getCause());
      }
    }

    Instant due() {
      return due;
    }

    long number() {
      return number;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(Duration.between(now, due));
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /** What schedules here; the threads of its superclass never start. */
  final class Tasks extends ScheduledThreadPoolExecutor {
    private Tasks() {
      super(0, Executors.defaultThreadFactory());
    }

    @Override
    public void execute(Runnable work) {
      schedule(work, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
      Task task = new Task(work, Duration.of(delay, unit.toChronoUnit()));
      tasks.add(task);
      return task;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable work, long first, long delay, TimeUnit unit) {
      return schedule(
          () -> {
            work.run();
            scheduleWithFixedDelay(work, delay, delay, unit);
          },
          first,
          unit);
    }
  }
}
