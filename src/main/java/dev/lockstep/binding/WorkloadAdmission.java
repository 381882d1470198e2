package dev.lockstep.binding;

import dev.lockstep.version.Choice;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.VersionName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Decides what the references of a workload's pod template name.
 *
 * <p>Apply binds to current, undo brings back what was, restart picks up the newest unless the
 * workload was rolled back.
 */
public final class WorkloadAdmission {
  private final CurrentVersions versions;
  private final Restart restart;
  private final Baseline baseline;
  private final WorkloadSettings settings;
  private final Executor lookUps;

  /**
   * @param lookUps runs look-ups side by side; each may wait for the API server
   */
  public WorkloadAdmission(
      CurrentVersions versions, Revisions revisions, WorkloadSettings settings, Executor lookUps) {
    this.versions = versions;
    this.restart = new Restart(revisions);
    this.baseline = new Baseline(revisions);
    this.settings = settings;
    this.lookUps = lookUps;
  }

  /**
   * @throws dev.lockstep.version.Denial if a required reference names nothing and that is to be
   *     denied
   * @throws dev.lockstep.version.ApiCallException if the API server does not say what a name means
   */
  public WorkloadOutcome decide(WorkloadReview review) {
    Optional<Set<HeadRef>> asked = Move.asked(review.object());
    if (Json.hasController(review.object()) || !(review.hasNewTemplate() || asked.isPresent())) {
      return WorkloadOutcome.UNCHANGED;
    }
    Choice<Boolean> versioned =
        settings.versioned(review.kind(), review.object(), review.namespace());
    WorkloadOutcome outcome = versioned.value() ? bound(review, asked) : leftOut(review);
    return outcome.withWarnings(versioned.warnings());
  }

  private WorkloadOutcome bound(WorkloadReview review, Optional<Set<HeadRef>> asked) {
    boolean restarts = restart.isAskedFor(review);
    Move move =
        asked
            .<Move>map(heads -> new Move.Rebind(heads, restarts))
            .orElseGet(() -> restarts ? new Move.Restart() : new Move.AsNamed());
    Meanings meanings = new Meanings(versions, review.namespace(), review.dryRun(), lookUps);
    return new Binding(review, move, settings, meanings, baseline).outcome();
  }

  /** What it names is its own business; it must only not say that it is bound where it is not. */
  private WorkloadOutcome leftOut(WorkloadReview review) {
    Reference.in(review.template()).stream()
        .map(Reference::named)
        .filter(named -> named.isValid() && VersionName.parse(named.name()).isPresent())
        .distinct()
        .forEach(named -> versions.keep(named.in(review.namespace().name()), review.dryRun()));
    return new WorkloadOutcome(
        Map.of(),
        Map.of(Keys.BINDINGS, Bindings.of(review.template()).annotation()),
        Map.of(
            Keys.HELD, Optional.empty(),
            Keys.WAITING, Optional.empty(),
            Keys.REBIND, Optional.empty(),
            Keys.BASELINE, Optional.empty()),
        List.of());
  }
}
