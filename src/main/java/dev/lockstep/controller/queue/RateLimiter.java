package dev.lockstep.controller.queue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lets so many pass a second, evenly; who is too early waits. */
public final class RateLimiter {
  private final long nanosBetween;
  private long next = System.nanoTime();

  /**
   * @param perSecond at least 1
   */
  public RateLimiter(int perSecond) {
    this.nanosBetween = Duration.ofSeconds(1).toNanos() / Math.max(1, perSecond);
  }

  public void await() {
    long wait;
    synchronized (this) {
      long now = System.nanoTime();
      next = Math.max(next, now);
      wait = next - now;
      next += nanosBetween;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
