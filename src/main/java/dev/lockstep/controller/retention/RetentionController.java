package dev.lockstep.controller.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.queue.DelayedQueue;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.controller.queue.RateLimitingQueue;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.versioning.ManagedNamespaces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
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
public final class RetentionController {
  private static final Logger LOG = Logger.getLogger(RetentionController.class);
  private static final Duration SOON = Duration.ofSeconds(5);

  /** What goes with a workload goes within the usual time that its pods have to end. */
  private static final Duration PODS_END = Duration.ofSeconds(30);

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
   * @param writesPerSecond marks and deletes, at most
   */
  public record Schedule(Mode mode, Duration grace, Duration sweep, int writesPerSecond) {}

  /**
   * Where it looks.
   *
   * @param namespaces those that are looked at
   * @param all the names of all of them, for the sweep; may fail with an {@link ApiServerException}
   */
  public record Scope(ManagedNamespaces namespaces, Supplier<Collection<String>> all) {}

  private final Scope scope;
  private final RetentionPass pass;
  private final Schedule schedule;
  private final EventRecorder announcements;
  private final ScheduledExecutorService executor;
  private final Clock clock;
  private final RateLimitingQueue<String> queue;

  /** When the next look at a namespace is due, besides those of the sweep. */
  private final DelayedQueue<String> agenda;

  /** Where a version goes as soon as nobody names it, and when that was seen. */
  private final Map<String, Instant> waiting = new ConcurrentHashMap<>();

  /** Since when a namespace is known to be opted in, so that admissions take marks off there. */
  private final Map<String, Instant> optedIn = new ConcurrentHashMap<>();

  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong sweeps = new AtomicLong();
  private volatile Duration lastSweep = Duration.ZERO;
  private volatile boolean leading;

  public RetentionController(
      VersionRepository versions,
      Scope scope,
      RetentionPolicy retention,
      Schedule schedule,
      EventRecorder announcements,
      ScheduledExecutorService executor,
      Clock clock) {
    this.scope = scope;
    this.pass =
        new RetentionPass(
            versions,
            retention,
            schedule.mode() == Mode.REPORT ? RetentionPass.Mode.REPORT : RetentionPass.Mode.DELETE,
            new RateLimiter(schedule.writesPerSecond()),
            clock);
    this.schedule = schedule;
    this.announcements = announcements;
    this.executor = executor;
    this.clock = clock;
    this.queue = new RateLimitingQueue<>(executor, this::look);
    this.agenda = new DelayedQueue<>(executor, clock, queue::add);
    executor.scheduleWithFixedDelay(
        this::sweepAll,
        schedule.sweep().toMillis(),
        schedule.sweep().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  public void lead() {
    leading = true;
    executor.execute(this::sweepAll);
  }

  public void follow() {
    leading = false;
    queue.clear();
    agenda.clear();
    waiting.clear();
  }

  /**
   * To be called when a namespace is opted in, or found to be, by whoever may lead some day: what
   * was marked before may have been named since by a request that nobody saw, and that is still on
   * its way.
   */
  public void optedIn(String namespace) {
    optedIn.put(namespace, clock.instant());
  }

  /** To be called when heads of a namespace, or the namespace itself, may have changed. */
  public void touched(String namespace) {
    lookAt(namespace, clock.instant().plus(SOON));
  }

  /**
   * To be called when something went that may have named a version. There is a look only where one
   * waits for that, and one for all that goes within a grace period.
   */
  public void userGone(String namespace) {
    Instant seen = waiting.get(namespace);
    if (seen != null) {
      Instant soon = clock.instant().plus(PODS_END);
      Instant later = seen.plus(schedule.grace());
      lookAt(namespace, soon.isAfter(later) ? soon : later);
    }
  }

  /** How many versions were deleted since this server started. */
  public long deleted() {
    return pass.deleted();
  }

  /** How many versions {@link Mode#REPORT} told of since this server started. */
  public long reported() {
    return pass.reported();
  }

  /** How often a look at a namespace failed, so that nothing was deleted there. */
  public long failures() {
    return failures.get();
  }

  /** How many sweeps through all namespaces came to their end since this server started. */
  public long sweeps() {
    return sweeps.get();
  }

  /** How long the last sweep took. */
  public Duration lastSweep() {
    return lastSweep;
  }

  private void sweepAll() {
    if (!isAtWork()) {
      return;
    }
    Collection<String> all;
    try {
      all = scope.all().get();
    } catch (ApiServerException e) {
      failures.incrementAndGet();
      LOG.warnf("no sweep through all namespaces: %s", e.getMessage());
      return;
    }
    Instant begun = clock.instant();
    all.forEach(queue::add);
    // One thread does all of it, in this order.
    executor.execute(
        () -> {
          lastSweep = Duration.between(begun, clock.instant());
          sweeps.incrementAndGet();
        });
  }

  private boolean isAtWork() {
    return leading && schedule.mode() != Mode.OFF;
  }

  private void lookAt(String namespace, Instant time) {
    if (isAtWork()) {
      agenda.note(namespace, time);
    }
  }

  private boolean look(String name) {
    if (!isAtWork()) {
      return true;
    }
    try {
      RetentionPass.Outcome outcome =
          scope
              .namespaces()
              .optedIn(name)
              .map(namespace -> pass.sweep(namespace, optedIn.getOrDefault(name, Instant.MIN)))
              .orElse(RetentionPass.Outcome.NOTHING);
      Instant now = clock.instant();
      if (outcome.isWaiting() || outcome.isLeaving()) {
        waiting.put(name, now);
      } else {
        waiting.remove(name);
      }
      if (outcome.isMarked() || outcome.isLeaving()) {
        lookAt(name, now.plus(schedule.grace()).plus(SOON));
      }
      return true;
    } catch (ApiServerException e) {
      LogContext.namespace(name)
          .log(
              () ->
                  LOG.warnf(
                      "namespace %s: no version is deleted: %s", name, e.discreet().getMessage()));
      failed(name, e.discreet().getMessage());
      return false;
    } catch (RuntimeException e) {
      LogContext.namespace(name)
          .log(() -> LOG.errorf(e, "namespace %s: no version is deleted", name));
      failed(name, "an error in Lockstep; its log has it");
      return false;
    }
  }

  private void failed(String namespace, String why) {
    failures.incrementAndGet();
    announcements.tell(
        namespaceObject(namespace),
        EventRecorder.Severity.WARNING,
        "RetentionFailed",
        "no unused version is deleted here until it succeeds, which is tried again: " + why);
  }

  /** Events about a namespace are in it, where those who work there look. */
  private static JsonNode namespaceObject(String name) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put("kind", "Namespace");
    object.putObject("metadata").put("name", name).put("namespace", name);
    return object;
  }
}
