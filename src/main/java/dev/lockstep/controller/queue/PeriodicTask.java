package dev.lockstep.controller.queue;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * A task that is done again and again. An executor drops a periodic task at its first exception,
 * without a word; this one is told in the log and done again at its next time.
 */
public final class PeriodicTask implements Runnable {
  private static final Logger LOG = Logger.getLogger(PeriodicTask.class);

  private final String name;
  private final Runnable work;

  /**
   * @param name for the log: {@code look at all namespaces}
   */
  public PeriodicTask(String name, Runnable work) {
    this.name = name;
    this.work = work;
  }

  /** The first time is after this time, too. */
  public void every(Duration pause, ScheduledExecutorService executor) {
    executor.scheduleWithFixedDelay(
        this, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void run() {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: not done, and tried again at its next time", name);
    }
  }
}
