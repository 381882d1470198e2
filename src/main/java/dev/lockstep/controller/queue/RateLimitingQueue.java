package dev.lockstep.controller.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Items to be worked on, each by one thread at a time, and once however often it is added before
 * its turn. An item that fails comes back, later each time; news of it bring it back at once.
 */
public final class RateLimitingQueue<T> {
  private static final Duration FIRST_DELAY = Duration.ofMillis(100);
  private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

  private final ScheduledExecutorService executor;
  private final Predicate<T> work;
  private final Set<T> waiting = new HashSet<>();
  private final Set<T> running = new HashSet<>();
  private final Set<T> addedWhileRunning = new HashSet<>();
  private final Map<T, Duration> delays = new HashMap<>();
  private final Map<T, Future<?>> retries = new HashMap<>();

  /**
   * @param work false means: to be tried again
   */
  public RateLimitingQueue(ScheduledExecutorService executor, Predicate<T> work) {
    this.executor = executor;
    this.work = work;
  }

  public synchronized void add(T item) {
    Future<?> retry = retries.remove(item);
    if (retry != null) {
      retry.cancel(false);
    }
    if (running.contains(item)) {
      addedWhileRunning.add(item);
    } else if (waiting.add(item)) {
      executor.execute(() -> run(item));
    }
  }

  /** Forgets what waits; what runs ends. */
  public synchronized void clear() {
    retries.values().forEach(retry -> retry.cancel(false));
    retries.clear();
    waiting.clear();
    addedWhileRunning.clear();
    delays.clear();
  }

  /** How many items failed when they were last worked on. */
  public synchronized int failing() {
    return delays.size();
  }

  private void run(T item) {
    synchronized (this) {
      if (!waiting.remove(item)) {
        return;
      }
      running.add(item);
    }
    boolean done = false;
    try {
      done = work.test(item);
    } finally {
      ended(item, done);
    }
  }

  private synchronized void ended(T item, boolean done) {
    running.remove(item);
    if (done) {
      delays.remove(item);
    }
    if (addedWhileRunning.remove(item)) {
      add(item);
    } else if (!done) {
      retryLater(item);
    }
  }

  private void retryLater(T item) {
    Duration delay = delays.getOrDefault(item, FIRST_DELAY);
    Duration doubled = delay.multipliedBy(2);
    delays.put(item, doubled.compareTo(LONGEST_DELAY) < 0 ? doubled : LONGEST_DELAY);
    retries.put(item, executor.schedule(() -> add(item), delay.toMillis(), TimeUnit.MILLISECONDS));
  }
}
