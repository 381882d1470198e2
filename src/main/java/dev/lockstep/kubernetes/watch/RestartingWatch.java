package dev.lockstep.kubernetes.watch;

import dev.lockstep.controller.queue.BackOff;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One watch that is opened again when it breaks off, after a pause that is its own, until it is
 * stopped. An attempt that was scheduled before a stop does nothing after it: each attempt has a
 * number, a stop takes the next one, and whatever belongs to an older number is dropped.
 */
final class RestartingWatch {
  private static final Logger LOG = Logger.getLogger(RestartingWatch.class);

  /** What is watched; its text says what it is. */
  interface Source {

    /**
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server refuses it
     *     or does not answer
     */
    Watch open(Watcher<GenericKubernetesResource> watcher);
  }

  private final Source source;
  private final ScheduledExecutorService executor;
  private final Set<Watcher.Action> actions;
  private final Consumer<String> namespaceOf;
  private final BackOff backOff;
  private long attempt;
  private boolean isStarted;
  private int failures;
  private @Nullable Watch open;

  RestartingWatch(
      Source source,
      ScheduledExecutorService executor,
      Set<Watcher.Action> actions,
      Consumer<String> namespaceOf) {
    this(
        source,
        executor,
        actions,
        namespaceOf,
        new BackOff(Duration.ofSeconds(1), Duration.ofMinutes(1)));
  }

  /**
   * @param namespaceOf is given the namespace of each object with one of these actions
   */
  RestartingWatch(
      Source source,
      ScheduledExecutorService executor,
      Set<Watcher.Action> actions,
      Consumer<String> namespaceOf,
      BackOff backOff) {
    this.source = source;
    this.executor = executor;
    this.actions = actions;
    this.namespaceOf = namespaceOf;
    this.backOff = backOff;
  }

  synchronized void start() {
    if (!isStarted) {
      isStarted = true;
      failures = 0;
      long first = ++attempt;
      executor.execute(() -> open(first));
    }
  }

  synchronized void stop() {
    isStarted = false;
    attempt++;
    close();
  }

  private void open(long number) {
    if (!isCurrent(number)) {
      return;
    }
    try {
      // Not in the lock: it waits for the API server, and a stop must not.
      opened(number, source.open(new Events(number)));
    } catch (RuntimeException e) {
      broken(number, e);
    }
  }

  private synchronized boolean isCurrent(long number) {
    return isStarted && number == attempt;
  }

  /** Somebody may have stopped it meanwhile. */
  private synchronized void opened(long number, Watch watch) {
    if (isCurrent(number)) {
      open = watch;
      failures = 0;
    } else {
      watch.close();
    }
  }

  private synchronized void broken(long number, Exception cause) {
    if (!isCurrent(number)) {
      return;
    }
    close();
    failures++;
    // An API server that restarts breaks all watches off once.
    LOG.logf(
        failures == 1 ? Logger.Level.DEBUG : Logger.Level.WARN,
        "what goes of %s is seen by the next sweep only: %s",
        source,
        cause.getMessage());
    again(++attempt, backOff.after(failures));
  }

  private void again(long number, Duration pause) {
    try {
      executor.schedule(() -> open(number), pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debugf("%s is not watched any more: the server stops", source);
    }
  }

  private void close() {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  private final class Events implements Watcher<GenericKubernetesResource> {
    private final long number;

    Events(long number) {
      this.number = number;
    }

    @Override
    public void eventReceived(Action action, GenericKubernetesResource object) {
      if (actions.contains(action) && isCurrent(number)) {
        namespaceOf.accept(object.getMetadata().getNamespace());
      }
    }

    /** Lost connections the client opens again itself; this is for good, as after 410 Gone. */
    @Override
    public void onClose(WatcherException cause) {
      broken(number, cause);
    }
  }
}
