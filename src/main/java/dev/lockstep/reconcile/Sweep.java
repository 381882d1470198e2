package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.logging.About;
import dev.lockstep.retention.Candidate;
import dev.lockstep.retention.Retention;
import dev.lockstep.retention.Step;
import dev.lockstep.retention.Uses;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
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
final class Sweep {
  private static final Logger LOG = Logger.getLogger(Sweep.class);

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

  private final Versions versions;
  private final Retention retention;
  private final Mode mode;
  private final Throttle writes;
  private final Clock clock;
  private final Set<String> reported = ConcurrentHashMap.newKeySet();
  private final AtomicLong deleted = new AtomicLong();

  Sweep(Versions versions, Retention retention, Mode mode, Throttle writes, Clock clock) {
    this.versions = versions;
    this.retention = retention;
    this.mode = mode;
    this.writes = writes;
    this.clock = clock;
  }

  /**
   * @param since when admissions are known to take marks off in this namespace
   */
  Outcome of(OptedIn namespace, Instant since) {
    List<Candidate> all = versions.all(namespace.name());
    if (all.isEmpty()) {
      return Outcome.NOTHING;
    }
    Instant now = clock.instant();
    Map<HeadRef, JsonNode> heads = versions.heads(namespace.name());
    Set<Candidate> expendable = retention.expendable(all, heads, namespace, now);
    expendable.removeIf(
        version ->
            !heads.containsKey(version.head())
                && isLast(version, all)
                && versions.exists(version.head(), namespace.name()));
    Uses uses = uses(namespace.name(), expendable);
    List<Step> steps = retention.steps(all, expendable, uses, since, now);
    boolean isMarked = false;
    for (Step step : steps) {
      isMarked |= take(step);
    }
    return new Outcome(
        isMarked || isMarkedAlready(all, steps),
        expendable.stream().anyMatch(v -> uses.has(v.name()) && !uses.isNeeded(v.name())),
        expendable.stream().anyMatch(v -> uses.isNeeded(v.name())));
  }

  /** The highest number of a head that is there, but no head now, is where counting goes on. */
  private static boolean isLast(Candidate version, List<Candidate> all) {
    return all.stream()
        .filter(other -> other.head().equals(version.head()))
        .allMatch(other -> other.number().compareTo(version.number()) <= 0);
  }

  private Uses uses(String namespace, Set<Candidate> expendable) {
    Set<String> names = expendable.stream().map(Candidate::name).collect(Collectors.toSet());
    Uses uses = new Uses(names::contains);
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
  private static boolean isMarkedAlready(List<Candidate> all, List<Step> steps) {
    Set<Candidate> touched = steps.stream().map(Step::version).collect(Collectors.toSet());
    return all.stream().anyMatch(v -> v.unusedSince().isPresent() && !touched.contains(v));
  }

  /**
   * @return whether another look is due after the grace period
   */
  private boolean take(Step step) {
    Candidate version = step.version();
    if (mode == Mode.REPORT) {
      if (!(step instanceof Step.Unmark)) {
        report(version);
      }
      return false;
    }
    writes.await();
    if (step instanceof Step.Unmark) {
      versions.unmark(version);
      return false;
    }
    if (step instanceof Step.Mark) {
      // Not the time of the look: requests that were admitted since then have a grace period, too.
      return versions.mark(version, clock.instant());
    }
    delete(version);
    return false;
  }

  private void report(Candidate version) {
    if (reported.add(version.uid())) {
      about(version).log(() -> LOG.infof("%s: unused, would be deleted", id(version)));
    }
  }

  private void delete(Candidate version) {
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

  private static About about(Candidate version) {
    return About.object(id(version)).version(version.number());
  }

  private static ObjectId id(Candidate version) {
    return new HeadRef(version.head().kind(), version.name()).in(version.namespace());
  }

  /** How many versions were told to be unused since this server started. */
  int reported() {
    return reported.size();
  }

  /** How many versions were deleted since this server started. */
  long deleted() {
    return deleted.get();
  }
}
