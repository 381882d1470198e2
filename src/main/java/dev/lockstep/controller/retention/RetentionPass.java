package dev.lockstep.controller.retention;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Mode mode;
  private final RateLimiter writes;
  private final Clock clock;
  private final Set<String> reported = ConcurrentHashMap.newKeySet();
  private final AtomicLong deleted = new AtomicLong();

  RetentionPass(
      VersionRepository versions,
      RetentionPolicy retention,
      Mode mode,
      RateLimiter writes,
      Clock clock) {
    this.versions = versions;
    this.retention = retention;
    this.mode = mode;
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
    Set<RetentionCandidate> expendable = retention.expendable(all, heads, namespace, now);
    expendable.removeIf(
        version ->
            !heads.containsKey(version.head())
                && isLast(version, all)
                && versions.exists(version.head(), namespace.name()));
    ReferrerIndex uses = uses(namespace.name(), expendable);
    List<RetentionAction> steps = retention.steps(all, expendable, uses, since, now);
    boolean isMarked = false;
    for (RetentionAction step : steps) {
      isMarked |= take(step);
    }
    return new Outcome(
        isMarked || isMarkedAlready(all, steps),
        expendable.stream().anyMatch(v -> uses.has(v.name()) && !uses.isNeeded(v.name())),
        expendable.stream().anyMatch(v -> uses.isNeeded(v.name())));
  }

  /** The highest number of a head that is there, but no head now, is where counting goes on. */
  private static boolean isLast(RetentionCandidate version, List<RetentionCandidate> all) {
    return all.stream()
        .filter(other -> other.head().equals(version.head()))
        .allMatch(other -> other.number().compareTo(version.number()) <= 0);
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

  /**
   * @return whether another look is due after the grace period
   */
  private boolean take(RetentionAction step) {
    RetentionCandidate version = step.version();
    if (mode == Mode.REPORT) {
      if (!(step instanceof RetentionAction.Unmark)) {
        report(version);
      }
      return false;
    }
    writes.await();
    if (step instanceof RetentionAction.Unmark) {
      versions.unmark(version);
      return false;
    }
    if (step instanceof RetentionAction.Mark) {
      // Not the time of the look: requests that were admitted since then have a grace period, too.
      return versions.mark(version, clock.instant());
    }
    delete(version);
    return false;
  }

  private void report(RetentionCandidate version) {
    if (reported.add(version.uid())) {
      about(version).log(() -> LOG.infof("%s: unused, would be deleted", id(version)));
    }
  }

  private void delete(RetentionCandidate version) {
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

  private static LogContext about(RetentionCandidate version) {
    return LogContext.object(id(version)).version(version.number());
  }

  private static ObjectKey id(RetentionCandidate version) {
    return new HeadRef(version.head().kind(), version.name()).in(version.namespace());
  }

  /** How many versions were told to be unused since this server started. */
  public int reported() {
    return reported.size();
  }

  /** How many versions were deleted since this server started. */
  public long deleted() {
    return deleted.get();
  }
}
