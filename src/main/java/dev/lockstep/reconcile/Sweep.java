package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.retention.Candidate;
import dev.lockstep.retention.Retention;
import dev.lockstep.retention.Step;
import dev.lockstep.retention.Uses;
import dev.lockstep.version.OptedIn;
import java.time.Clock;
import java.time.Instant;
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
final class Sweep {
  private static final Logger LOG = Logger.getLogger(Sweep.class);

  /** What is done with what may go. */
  enum Mode {
    DELETE,
    /** Only told. */
    REPORT
  }

  private final Versions versions;
  private final Retention retention;
  private final Mode mode;
  private final Clock clock;
  private final Set<String> reported = new HashSet<>();
  private final AtomicLong deleted = new AtomicLong();

  Sweep(Versions versions, Retention retention, Mode mode, Clock clock) {
    this.versions = versions;
    this.retention = retention;
    this.mode = mode;
    this.clock = clock;
  }

  /**
   * @return whether something is marked, so that another look is due after the grace period
   */
  boolean of(OptedIn namespace) {
    List<Candidate> all = versions.all(namespace.name());
    if (all.isEmpty()) {
      return false;
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
    List<Step> steps = retention.steps(all, expendable, uses, now);
    steps.forEach(step -> take(step, now));
    return steps.stream().anyMatch(Step.Mark.class::isInstance)
        || all.stream().anyMatch(version -> version.unusedSince().isPresent());
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
      versions.forEachUser(namespace, uses::add);
    }
    return uses;
  }

  private void take(Step step, Instant now) {
    Candidate version = step.version();
    if (step instanceof Step.Unmark) {
      versions.unmark(version);
    } else if (mode == Mode.REPORT) {
      if (reported.add(version.uid())) {
        LOG.infof(
            "%s %s/%s: unused, would be deleted",
            version.head().kind().kind(), version.namespace(), version.name());
      }
    } else if (step instanceof Step.Mark) {
      versions.mark(version, now);
    } else if (versions.delete(version)) {
      deleted.incrementAndGet();
      LOG.infof(
          "%s %s/%s: deleted, unused since %s",
          version.head().kind().kind(),
          version.namespace(),
          version.name(),
          version.unusedSince().orElse(now));
    }
  }

  /** How many versions were deleted since this server started. */
  long deleted() {
    return deleted.get();
  }
}
