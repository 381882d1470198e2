package dev.lockstep.controller.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.queue.BoundedMap;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.retention.ReferrerIndex;
import dev.lockstep.retention.RetentionAction;
import dev.lockstep.retention.RetentionCandidate;
import dev.lockstep.retention.RetentionPolicy;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks after the versions of a namespace: marks what is unused, and deletes what was marked a
 * grace period ago and is unused still. Who lists users reads them after the versions, and a delete
 * finds the version unchanged since, or does nothing: an admission that binds a version takes its
 * mark off first.
 */
final class RetentionPass {
  private static final int REMEMBERED = 100_000;
  private static final Logger LOG = Logger.getLogger(RetentionPass.class);

  /** What is done with what may go. */
  enum Mode {
    DELETE,
    /** Only told. */
    REPORT
  }

  /**
   * What a look has left to be done.
   *
   * @param isMarked something is marked: another look is due after the grace period
   * @param isLeaving something is named only by what is on its way out: the same
   * @param isWaiting something goes as soon as nobody names it any more
   */
  record Outcome(boolean isMarked, boolean isLeaving, boolean isWaiting) {
    static final Outcome NOTHING = new Outcome(false, false, false);
  }

  private final VersionRepository versions;
  private final RetentionPolicy retention;
  private final RetentionAction.Actions actions;
  private final RateLimiter writes;
  private final Clock clock;

  /** By uid, so that each is told once; of very many, some may be told again. */
  private final BoundedMap<String, Boolean> reported = new BoundedMap<>(REMEMBERED);

  private final AtomicLong reports = new AtomicLong();
  private final AtomicLong deleted = new AtomicLong();

  RetentionPass(
      VersionRepository versions,
      RetentionPolicy retention,
      Mode mode,
      RateLimiter writes,
      Clock clock) {
    this.versions = versions;
    this.retention = retention;
    this.actions = mode == Mode.REPORT ? new Reporting() : new Deleting();
    this.writes = writes;
    this.clock = clock;
  }

  /**
   * @param since when admissions are known to take marks off in this namespace
   */
  public Outcome sweep(ManagedNamespace namespace, Instant since) {
    List<RetentionCandidate> all = versions.all(namespace.name());
    if (all.isEmpty()) {
      return Outcome.NOTHING;
    }
    Instant now = clock.instant();
    Map<HeadRef, JsonNode> heads = versions.heads(namespace.name());
    Set<RetentionCandidate> expendable =
        retention.expendable(all, heads, leftOut(all, heads, namespace), namespace, now);
    ReferrerIndex uses = uses(namespace.name(), expendable);
    List<RetentionAction> steps = retention.steps(all, expendable, uses, since, now);
    boolean isMarked = false;
    for (RetentionAction step : steps) {
      isMarked |= step.applyTo(actions);
    }
    return new Outcome(
        isMarked || isMarkedAlready(all, steps),
        expendable.stream().anyMatch(v -> uses.has(v.name()) && !uses.isNeeded(v.name())),
        expendable.stream().anyMatch(v -> uses.isNeeded(v.name())));
  }

  private Map<HeadRef, JsonNode> leftOut(
      List<RetentionCandidate> all, Map<HeadRef, JsonNode> heads, ManagedNamespace namespace) {
    Map<HeadRef, JsonNode> leftOut = new HashMap<>();
    all.stream()
        .filter(version -> !heads.containsKey(version.head()))
        .collect(Collectors.groupingBy(RetentionCandidate::head))
        .forEach(
            (head, its) ->
                versions
                    .leftOut(head, namespace.name(), its)
                    .ifPresent(object -> leftOut.put(head, object)));
    return leftOut;
  }

  private ReferrerIndex uses(String namespace, Set<RetentionCandidate> expendable) {
    Set<String> names =
        expendable.stream().map(RetentionCandidate::name).collect(Collectors.toSet());
    ReferrerIndex uses = new ReferrerIndex(names::contains);
    if (!names.isEmpty()) {
      // Whoever needs it, one is enough: most looks end before the list of pods.
      Set<String> open = new HashSet<>(names);
      versions.forEachUser(
          namespace,
          user -> {
            uses.add(user);
            open.removeIf(uses::isNeeded);
            return !open.isEmpty();
          });
    }
    return uses;
  }

  /** Whether a mark is there already whose time has not come. */
  private static boolean isMarkedAlready(
      List<RetentionCandidate> all, List<RetentionAction> steps) {
    Set<RetentionCandidate> touched =
        steps.stream().map(RetentionAction::version).collect(Collectors.toSet());
    return all.stream().anyMatch(v -> v.unusedSince().isPresent() && !touched.contains(v));
  }

  private final class Deleting implements RetentionAction.Actions {
    @Override
    public boolean mark(RetentionCandidate version) {
      writes.await();
      // Not the time of the look: requests that were admitted since then have a grace period, too.
      return versions.mark(version, clock.instant());
    }

    @Override
    public void unmark(RetentionCandidate version) {
      writes.await();
      versions.unmark(version);
    }

    @Override
    public void delete(RetentionCandidate version) {
      writes.await();
      if (versions.delete(version)) {
        deleted.incrementAndGet();
        about(version)
            .log(
                () ->
                    LOG.infof(
                        "%s: deleted, unused since %s",
                        id(version), version.unusedSince().orElseThrow()));
      }
    }
  }

  private final class Reporting implements RetentionAction.Actions {
    @Override
    public boolean mark(RetentionCandidate version) {
      report(version);
      return false;
    }

    @Override
    public void unmark(RetentionCandidate version) {
      // It is needed, and of that nothing is said.
    }

    @Override
    public void delete(RetentionCandidate version) {
      report(version);
    }

    private void report(RetentionCandidate version) {
      if (reported.put(version.uid(), true).isEmpty()) {
        reports.incrementAndGet();
        about(version).log(() -> LOG.infof("%s: unused, would be deleted", id(version)));
      }
    }
  }

  private static LogContext about(RetentionCandidate version) {
    return LogContext.object(id(version)).version(version.number());
  }

  private static ObjectKey id(RetentionCandidate version) {
    return new HeadRef(version.head().kind(), version.name()).in(version.namespace());
  }

  /** How many versions were told to be unused since this server started. */
  public long reported() {
    return reports.get();
  }

  /** How many versions were deleted since this server started. */
  public long deleted() {
    return deleted.get();
  }
}
