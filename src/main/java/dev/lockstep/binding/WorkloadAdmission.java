package dev.lockstep.binding;

import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.Json;
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
    if (Json.hasController(review.object())
        || !(review.hasNewTemplate() || asked.isPresent())
        || !settings.versioned(review.kind(), review.object(), review.namespace()).value()) {
      return WorkloadOutcome.UNCHANGED;
    }
    boolean restarts = restart.isAskedFor(review);
    Move move =
        asked
            .<Move>map(heads -> new Move.Rebind(heads, restarts))
            .orElseGet(() -> restarts ? new Move.Restart() : new Move.AsNamed());
    Meanings meanings = new Meanings(versions, review.namespace(), review.dryRun(), lookUps);
    return new Binding(review, move, settings, meanings, baseline).outcome();
  }
}
