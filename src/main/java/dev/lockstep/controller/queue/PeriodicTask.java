package dev.lockstep.controller.queue;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Work that is repeated with a pause in between, whatever happens in it. An executor silently drops
 * a repeated task that throws; this one logs the exception and runs again after the pause.
 *
 * <pre>{@code
 * PeriodicTask.start("watchdog", executor, Duration.ZERO, Duration.ofSeconds(10), watchdog::beat);
 * }</pre>
 */
public final class PeriodicTask {
  private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

  private final String name;
  private final BooleanSupplier work;
  private volatile @Nullable ScheduledFuture<?> schedule;
  private volatile boolean isDone;

  private PeriodicTask(String name, BooleanSupplier work) {
    this.name = name;
    this.work = work;
  }

  /**
   * Repeats the work until the executor is stopped.
   *
   * @param name for the log: which work failed
   * @param between the end of one run and the start of the next
   */
  public static void start(
      String name,
      ScheduledExecutorService executor,
      Duration firstDelay,
      Duration between,
      Runnable work) {
    startUntil(
        name,
        executor,
        firstDelay,
        between,
        () -> {
          work.run();
          return false;
        });
  }

  /**
   * Repeats the work until it returns true.
   *
   * @param between the end of one run and the start of the next
   */
  public static void startUntil(
      String name,
      ScheduledExecutorService executor,
      Duration firstDelay,
      Duration between,
      BooleanSupplier work) {
    PeriodicTask task = new PeriodicTask(name, work);
    task.schedule =
        executor.scheduleWithFixedDelay(
            task::run, firstDelay.toNanos(), between.toNanos(), TimeUnit.NANOSECONDS);
    if (task.isDone) {
      task.cancel();
    }
  }

  private void run() {
    try {
      if (!isDone && work.getAsBoolean()) {
        isDone = true;
        cancel();
      }
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "periodic task %s failed; it runs again after its usual pause", name);
    }
  }

  /** The first run may end before the executor has returned the schedule. */
  private void cancel() {
    @Nullable ScheduledFuture<?> known = schedule;
    if (known != null) {
      known.cancel(false);
    }
  }
}
