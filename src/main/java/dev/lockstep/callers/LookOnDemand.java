package dev.lockstep.callers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Looks when somebody can't wait for the next time: once for all who came before it began, and not
 * too often, so that nobody can make us ask the API server all the time.
 */
public final class LookOnDemand {
  private final Runnable look;
  private final ScheduledExecutorService executor;
  private final Duration gap;
  private final int mostWaiting;
  private List<Runnable> waiting = new ArrayList<>();
  private long lastBegun;

  /**
   * @param gap between the beginnings of two looks
   * @param mostWaiting who comes when so many wait is not waited for
   */
  public LookOnDemand(
      Runnable look, ScheduledExecutorService executor, Duration gap, int mostWaiting) {
    this.look = look;
    this.executor = executor;
    this.gap = gap;
    this.mostWaiting = mostWaiting;
    this.lastBegun = System.nanoTime() - gap.toNanos();
  }

  /**
   * @param then called after a look that begins later than now
   * @return false if there is no room
   */
  public synchronized boolean ask(Runnable then) {
    if (waiting.size() >= mostWaiting) {
      return false;
    }
    if (waiting.isEmpty()) {
      long wait = gap.toNanos() - (System.nanoTime() - lastBegun);
      try {
        executor.schedule(this::lookForAll, Math.max(0, wait), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        return false;
      }
    }
    waiting.add(then);
    return true;
  }

  private void lookForAll() {
    List<Runnable> asked = begin();
    try {
      look.run();
    } finally {
      asked.forEach(Runnable::run);
    }
  }

  private synchronized List<Runnable> begin() {
    List<Runnable> asked = waiting;
    waiting = new ArrayList<>();
    lastBegun = System.nanoTime();
    return asked;
  }
}
