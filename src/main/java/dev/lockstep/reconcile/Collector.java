package dev.lockstep.reconcile;

import dev.lockstep.logging.About;
import dev.lockstep.retention.Retention;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Namespaces;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Collects versions that nobody needs any more: soon after something changed in a namespace, and in
 * a slow sweep through all. Only the leader does.
 */
public final class Collector {
  private static final Logger LOG = Logger.getLogger(Collector.class);
  private static final Duration SOON = Duration.ofSeconds(5);

  /** What is done with what may go. */
  public enum Mode {
    DELETE,
    /** It is only told, in the log. */
    REPORT,
    OFF
  }

  /**
   * @param grace between the first sighting of a version as unused and its delete
   * @param sweep between two sweeps through all namespaces
   */
  public record Schedule(Mode mode, Duration grace, Duration sweep) {}

  private final Namespaces namespaces;
  private final Supplier<Collection<String>> allNamespaces;
  private final Sweep sweep;
  private final Schedule schedule;
  private final ScheduledExecutorService executor;
  private final WorkQueue<String> queue;
  private final Set<String> scheduled = ConcurrentHashMap.newKeySet();
  private final AtomicLong failures = new AtomicLong();
  private volatile boolean leading;

  public Collector(
      Versions versions,
      Namespaces namespaces,
      Supplier<Collection<String>> allNamespaces,
      Retention retention,
      Schedule schedule,
      ScheduledExecutorService executor,
      Clock clock) {
    this.namespaces = namespaces;
    this.allNamespaces = allNamespaces;
    this.sweep =
        new Sweep(
            versions,
            retention,
            schedule.mode() == Mode.REPORT ? Sweep.Mode.REPORT : Sweep.Mode.DELETE,
            clock);
    this.schedule = schedule;
    this.executor = executor;
    this.queue = new WorkQueue<>(executor, this::look);
    executor.scheduleWithFixedDelay(
        this::sweepAll,
        schedule.sweep().toMillis(),
        schedule.sweep().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  public void lead() {
    leading = true;
    sweepAll();
  }

  public void follow() {
    leading = false;
    queue.clear();
  }

  /** To be called when heads or users of a namespace may have changed. */
  public void touched(String namespace) {
    lookAfter(namespace, SOON);
  }

  /** How many versions were deleted since this server started. */
  public long deleted() {
    return sweep.deleted();
  }

  /** How many versions {@link Mode#REPORT} told of since this server started. */
  public long reported() {
    return sweep.reported();
  }

  /** How often a look at a namespace failed, so that nothing was deleted there. */
  public long failures() {
    return failures.get();
  }

  private void sweepAll() {
    if (isAtWork()) {
      allNamespaces.get().forEach(queue::add);
    }
  }

  private boolean isAtWork() {
    return leading && schedule.mode() != Mode.OFF;
  }

  private void lookAfter(String namespace, Duration delay) {
    if (isAtWork() && scheduled.add(namespace)) {
      executor.schedule(
          () -> {
            scheduled.remove(namespace);
            queue.add(namespace);
          },
          delay.toMillis(),
          TimeUnit.MILLISECONDS);
    }
  }

  private boolean look(String name) {
    if (!isAtWork()) {
      return true;
    }
    try {
      boolean isMarked = namespaces.optedIn(name).map(sweep::of).orElse(false);
      if (isMarked) {
        lookAfter(name, schedule.grace().plus(SOON));
      }
      return true;
    } catch (ApiCallException e) {
      failures.incrementAndGet();
      About.namespace(name)
          .log(
              () ->
                  LOG.warnf(
                      "namespace %s: no version is deleted: %s", name, e.discreet().getMessage()));
      return false;
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      About.namespace(name).log(() -> LOG.errorf(e, "namespace %s: no version is deleted", name));
      return false;
    }
  }
}
