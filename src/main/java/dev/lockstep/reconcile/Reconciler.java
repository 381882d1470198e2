package dev.lockstep.reconcile;

import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.logging.About;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.Meaning;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
import dev.lockstep.version.Stamp;
import dev.lockstep.version.VersionStore;
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
public final class Reconciler {
  private static final Logger LOG = Logger.getLogger(Reconciler.class);
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  /**
   * What there is when this replica begins to lead.
   *
   * @param heads all that are known
   * @param namespaces all that are opted in
   */
  public record Known(
      Supplier<Collection<ObjectId>> heads, Supplier<Collection<String>> namespaces) {}

  /** What is read and written besides versions. */
  public record Ports(
      Heads heads, Workloads workloads, RevisionNotes revisions, Announcements announcements) {}

  /**
   * How it goes about it.
   *
   * @param stampsAll whether every eligible object becomes a head, or only what a template names
   * @param quietPeriod for which no head of a namespace changes before its workloads follow
   */
  public record Manner(
      WorkloadKinds kinds,
      WorkloadSettings settings,
      boolean stampsAll,
      Duration quietPeriod,
      int rebindPerSecond) {}

  private final VersionStore store;
  private final CurrentVersions versions;
  private final Namespaces namespaces;
  private final Known known;
  private final News news;
  private final AtomicLong failures = new AtomicLong();
  private final OptIn optIn;
  private final Follow follow;
  private final Duration quietPeriod;
  private final ScheduledExecutorService passes;
  private final WorkQueue<ObjectId> heads;
  private final WorkQueue<String> optIns;
  private final WorkQueue<String> arrivals;
  private final WorkQueue<String> follows;

  /** Namespaces whose heads have changed within the quiet period, and which change was the last. */
  private final Map<String, Object> quiet = new ConcurrentHashMap<>();

  private volatile boolean leading;

  /**
   * @param urgent runs what somebody waits for
   * @param passes runs what goes through whole namespaces
   */
  public Reconciler(
      VersionStore store,
      CurrentVersions versions,
      Namespaces namespaces,
      Known known,
      Ports ports,
      Manner manner,
      ScheduledExecutorService urgent,
      ScheduledExecutorService passes) {
    this.store = store;
    this.versions = versions;
    this.namespaces = namespaces;
    this.known = known;
    this.news = new News(store, ports.announcements(), Clock.systemUTC());
    this.passes = passes;
    this.quietPeriod = manner.quietPeriod();
    this.optIn =
        new OptIn(
            versions, ports.heads(), ports.revisions(), ports.announcements(), manner.stampsAll());
    this.follow =
        new Follow(
            ports.heads(),
            ports.workloads(),
            manner.kinds(),
            manner.settings(),
            ports.announcements(),
            new Throttle(manner.rebindPerSecond()));
    this.heads = new WorkQueue<>(urgent, this::reconcile);
    this.optIns = new WorkQueue<>(passes, name -> inNamespace(name, optIn::of));
    this.arrivals = new WorkQueue<>(passes, name -> inNamespace(name, follow::arrived));
    this.follows =
        new WorkQueue<>(passes, name -> isNotQuiet(name) || inNamespace(name, follow::all));
    passes.scheduleWithFixedDelay(
        this::lookAgain, LOOK_AGAIN.toSeconds(), LOOK_AGAIN.toSeconds(), TimeUnit.SECONDS);
  }

  public void lead() {
    leading = true;
    known.heads().get().forEach(heads::add);
    known.namespaces().get().forEach(this::namespaceOptedIn);
  }

  public void follow() {
    leading = false;
    heads.clear();
    optIns.clear();
    arrivals.clear();
    follows.clear();
  }

  public void headAdded(ObjectId head) {
    headChanged(head);
    if (leading) {
      arrivals.add(head.namespace());
    }
  }

  public void headChanged(ObjectId head) {
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
    follow.forget(namespace);
    if (leading) {
      known.heads().get().stream()
          .filter(head -> head.namespace().equals(namespace))
          .forEach(heads::add);
    }
  }

  /** Of all workloads, as last seen; of nobody where this replica does not lead. */
  public Census census() {
    return leading ? follow.census() : Census.NOBODY;
  }

  /** How often a head or a namespace could not be seen to since this server started. */
  public long failures() {
    return failures.get();
  }

  /** How many heads and passes through namespaces failed last time, and are tried again. */
  public int failing() {
    return Stream.of(heads, optIns, arrivals, follows).mapToInt(WorkQueue::failing).sum();
  }

  public void headGone(ObjectId head) {
    news.forget(head);
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

  private boolean inNamespace(String name, Consumer<OptedIn> pass) {
    return About.namespace(name)
        .during(() -> attempt("namespace " + name, () -> namespaces.optedIn(name).ifPresent(pass)));
  }

  private boolean reconcile(ObjectId head) {
    return About.object(head).during(() -> attempt(head, () -> seeTo(head)));
  }

  private void seeTo(ObjectId head) {
    Optional<OptedIn> namespace = namespaces.optedIn(head.namespace());
    if (namespace.isEmpty()) {
      optOut(head);
      return;
    }
    try {
      if (versions.of(head, namespace.get(), false) instanceof Meaning.OfHead current) {
        LOG.debugf("%s: %s is there", head, current.current());
        news.isThere(head, current.current());
      }
    } catch (ApiCallException e) {
      if (e.isRefusal()) {
        news.isRefused(head, e);
      }
      throw e;
    }
  }

  private void optOut(ObjectId head) {
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
    } catch (ApiCallException e) {
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
