package dev.lockstep.webhook.limits;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Shares threads between namespaces: one may have as many as are free besides, so half of all if it
 * is alone, and whoever comes next finds some. What may not run yet waits in its namespace's line.
 */
public final class FairExecutor {
  private final Executor threads;
  private final int count;
  private final Map<String, Integer> running = new HashMap<>();

  /** Those who have waited longest first. */
  private final Map<String, Queue<Runnable>> waiting = new LinkedHashMap<>();

  private int busy;

  /**
   * @param threads nobody else's
   * @param count how many there are
   */
  public FairExecutor(Executor threads, int count) {
    this.threads = threads;
    this.count = count;
  }

  /**
   * @throws RejectedExecutionException if there are no threads any more
   */
  public void execute(String namespace, Runnable task) {
    synchronized (this) {
      if (!mayRun(namespace)) {
        waiting.computeIfAbsent(namespace, key -> new ArrayDeque<>()).add(task);
        return;
      }
      begin(namespace);
    }
    run(namespace, task);
  }

  private boolean mayRun(String namespace) {
    return running.getOrDefault(namespace, 0) < count - busy;
  }

  private void begin(String namespace) {
    running.merge(namespace, 1, Integer::sum);
    busy++;
  }

  private void run(String namespace, Runnable task) {
    try {
      threads.execute(
          () -> {
            try {
              task.run();
            } finally {
              end(namespace);
            }
          });
    } catch (RejectedExecutionException e) {
      end(namespace);
      throw e;
    }
  }

  private void end(String namespace) {
    synchronized (this) {
      busy--;
      running.merge(namespace, -1, (all, one) -> all + one == 0 ? null : all + one);
    }
    for (Optional<Next> next = next(); next.isPresent(); next = next()) {
      run(next.get().namespace(), next.get().task());
    }
  }

  private record Next(String namespace, Runnable task) {}

  /** Takes turns: a namespace whose task begins goes to the end of the line. */
  private synchronized Optional<Next> next() {
    for (String namespace : waiting.keySet()) {
      if (mayRun(namespace)) {
        Queue<Runnable> line = waiting.remove(namespace);
        Runnable task = line.remove();
        if (!line.isEmpty()) {
          waiting.put(namespace, line);
        }
        begin(namespace);
        return Optional.of(new Next(namespace, task));
      }
    }
    return Optional.empty();
  }
}
