package dev.lockstep.controller.head;

import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.namespace.NamespaceController;
import dev.lockstep.controller.namespace.RevisionAnnotations;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.controller.queue.RateLimitingQueue;
import dev.lockstep.controller.workload.WorkloadController;
import dev.lockstep.controller.workload.WorkloadCounts;
import dev.lockstep.controller.workload.WorkloadRepository;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Does what needs no request: makes the current version of each head right after the head was
 * persisted, stamps what is not stamped, and sees to the workloads. Only the leader does; requests
 * need none.
 */
public final class HeadController {
  private static final Logger LOG = Logger.getLogger(HeadController.class);
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  /**
   * What there is when this replica begins to lead.
   *
   * @param heads all that are known
   * @param namespaces all that are opted in
   */
  public record Known(
      Supplier<Collection<ObjectKey>> heads, Supplier<Collection<String>> namespaces) {}

  /** What is read and written besides versions. */
  public record Ports(
      HeadRepository heads,
      WorkloadRepository workloads,
      RevisionAnnotations revisions,
      EventRecorder announcements) {}

  /**
   * How it goes about it.
   *
   * @param stampsAll whether every eligible object becomes a head, or only what a template names
   * @param quietPeriod for which no head of a namespace changes before its workloads
   *     workloadController
   */
  public record Manner(
      WorkloadKinds kinds,
      WorkloadSettings settings,
      boolean stampsAll,
      Duration quietPeriod,
      int rebindPerSecond) {}

  private final VersionStore store;
  private final VersionResolver versions;
  private final ManagedNamespaces namespaces;
  private final Known known;
  private final HeadEvents events;
  private final AtomicLong failures = new AtomicLong();
  private final NamespaceController namespaceController;
  private final WorkloadController workloadController;
  private final Duration quietPeriod;
  private final ScheduledExecutorService passes;
  private final RateLimitingQueue<ObjectKey> heads;
  private final RateLimitingQueue<String> optIns;
  private final RateLimitingQueue<String> arrivals;
  private final RateLimitingQueue<String> follows;

  /** Namespaces whose heads have changed within the quiet period, and which change was the last. */
  private final Map<String, Object> quiet = new ConcurrentHashMap<>();

  private volatile boolean leading;

  /**
   * @param urgent runs what somebody waits for
   * @param passes runs what goes through whole namespaces
   */
  public HeadController(
      VersionStore store,
      VersionResolver versions,
      ManagedNamespaces namespaces,
      Known known,
      Ports ports,
      Manner manner,
      ScheduledExecutorService urgent,
      ScheduledExecutorService passes) {
    this.store = store;
    this.versions = versions;
    this.namespaces = namespaces;
    this.known = known;
    this.events = new HeadEvents(store, ports.announcements(), Clock.systemUTC());
    this.passes = passes;
    this.quietPeriod = manner.quietPeriod();
    this.namespaceController =
        new NamespaceController(
            versions, ports.heads(), ports.revisions(), ports.announcements(), manner.stampsAll());
    this.workloadController =
        new WorkloadController(
            ports.heads(),
            ports.workloads(),
            manner.kinds(),
            manner.settings(),
            ports.announcements(),
            new RateLimiter(manner.rebindPerSecond()));
    this.heads = new RateLimitingQueue<>(urgent, this::reconcile);
    this.optIns =
        new RateLimitingQueue<>(passes, name -> inNamespace(name, namespaceController::adopt));
    this.arrivals =
        new RateLimitingQueue<>(passes, name -> inNamespace(name, workloadController::arrived));
    this.follows =
        new RateLimitingQueue<>(
            passes, name -> isNotQuiet(name) || inNamespace(name, workloadController::all));
    passes.scheduleWithFixedDelay(
        this::lookAgain, LOOK_AGAIN.toSeconds(), LOOK_AGAIN.toSeconds(), TimeUnit.SECONDS);
  }

  public void startLeading() {
    leading = true;
    known.heads().get().forEach(heads::add);
    known.namespaces().get().forEach(this::namespaceOptedIn);
  }

  public void stopLeading() {
    leading = false;
    heads.clear();
    optIns.clear();
    arrivals.clear();
    follows.clear();
  }

  public void headAdded(ObjectKey head) {
    headChanged(head);
    if (leading) {
      arrivals.add(head.namespace());
    }
  }

  public void headChanged(ObjectKey head) {
    if (leading) {
      heads.add(head);
      followWhenQuiet(head.namespace());
    }
  }

  public void namespaceOptedIn(String namespace) {
    if (leading) {
      optIns.add(namespace);
      followWhenQuiet(namespace);
    }
  }

  public void namespaceChanged(String namespace) {
    if (leading) {
      followWhenQuiet(namespace);
    }
  }

  /** Its heads are no heads any more; its workloads keep what they are bound to. */
  public void namespaceOptedOut(String namespace) {
    workloadController.forget(namespace);
    if (leading) {
      known.heads().get().stream()
          .filter(head -> head.namespace().equals(namespace))
          .forEach(heads::add);
    }
  }

  /** Of all workloads, as last seen; of nobody where this replica does not lead. */
  public WorkloadCounts counts() {
    return leading ? workloadController.counts() : WorkloadCounts.NOBODY;
  }

  /** How often a head or a namespace could not be seen to since this server started. */
  public long failures() {
    return failures.get();
  }

  /** How many heads and passes through namespaces failed last time, and are tried again. */
  public int failing() {
    return Stream.of(heads, optIns, arrivals, follows).mapToInt(RateLimitingQueue::failing).sum();
  }

  public void headGone(ObjectKey head) {
    events.forget(head);
  }

  public boolean isLeading() {
    return leading;
  }

  /** One apply may change several heads and the workload: that is to be one rollout. */
  private void followWhenQuiet(String namespace) {
    Object change = new Object();
    quiet.put(namespace, change);
    passes.schedule(
        () -> {
          if (quiet.remove(namespace, change)) {
            follows.add(namespace);
          }
        },
        quietPeriod.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Something changed while the pass waited for its turn: it comes again when that is over. */
  private boolean isNotQuiet(String namespace) {
    return quiet.containsKey(namespace);
  }

  /** For what no watch tells: a workload that was persisted long after its admission. */
  private void lookAgain() {
    if (leading) {
      known.namespaces().get().forEach(follows::add);
    }
  }

  private boolean inNamespace(String name, Consumer<ManagedNamespace> pass) {
    return LogContext.namespace(name)
        .during(() -> attempt("namespace " + name, () -> namespaces.optedIn(name).ifPresent(pass)));
  }

  private boolean reconcile(ObjectKey head) {
    return LogContext.object(head).during(() -> attempt(head, () -> seeTo(head)));
  }

  private void seeTo(ObjectKey head) {
    Optional<ManagedNamespace> namespace = namespaces.optedIn(head.namespace());
    if (namespace.isEmpty()) {
      optOut(head);
      return;
    }
    try {
      if (versions.resolve(head, namespace.get(), false) instanceof Resolution.OfHead current) {
        LOG.debugf("%s: %s is there", head, current.current());
        events.isThere(head, current.current());
      }
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        events.isRefused(head, e);
      }
      throw e;
    }
  }

  private void optOut(ObjectKey head) {
    if (store.get(head).filter(Stamp::isHead).isPresent()) {
      store.unstamp(head);
    }
  }

  private boolean attempt(Object what, Runnable work) {
    if (!leading) {
      return true;
    }
    try {
      work.run();
      return true;
    } catch (ApiServerException e) {
      failures.incrementAndGet();
      LOG.warnf("%s: not done yet: %s", what, e.discreet().getMessage());
      return false;
    } catch (RuntimeException e) {
      failures.incrementAndGet();
      LOG.errorf(e, "%s: not done", what);
      return false;
    }
  }
}
