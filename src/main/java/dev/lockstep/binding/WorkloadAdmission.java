package dev.lockstep.binding;

import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.VersionName;
import dev.lockstep.versioning.VersionResolver;
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
  private final VersionResolver versions;
  private final RestartDetector restart;
  private final BaselineResolver baseline;
  private final WorkloadSettings settings;
  private final Executor lookUps;

  /**
   * @param lookUps runs look-ups side by side; each may wait for the API server
   */
  public WorkloadAdmission(
      VersionResolver versions,
      RevisionHistory revisions,
      WorkloadSettings settings,
      Executor lookUps) {
    this.versions = versions;
    this.restart = new RestartDetector(revisions);
    this.baseline = new BaselineResolver(revisions);
    this.settings = settings;
    this.lookUps = lookUps;
  }

  /**
   * @throws dev.lockstep.model.AdmissionDeniedException if a required reference names nothing and
   *     that is to be denied
   * @throws dev.lockstep.model.ApiServerException if the API server does not say what a name means
   */
  public WorkloadAdmissionResult decide(WorkloadAdmissionRequest review) {
    Optional<Set<HeadRef>> asked = RebindIntent.asked(review.object());
    if (KubernetesJson.hasController(review.object())
        || !(review.hasNewTemplate() || asked.isPresent())) {
      return WorkloadAdmissionResult.UNCHANGED;
    }
    LayeredSetting<Boolean> versioned =
        settings.versioned(review.kind(), review.object(), review.namespace());
    WorkloadAdmissionResult outcome = versioned.value() ? bound(review, asked) : leftOut(review);
    return outcome.withWarnings(versioned.warnings());
  }

  private WorkloadAdmissionResult bound(
      WorkloadAdmissionRequest review, Optional<Set<HeadRef>> asked) {
    boolean restarts = restart.isAskedFor(review);
    RebindIntent move =
        asked
            .<RebindIntent>map(heads -> new RebindIntent.Rebind(heads, restarts))
            .orElseGet(() -> restarts ? new RebindIntent.Restart() : new RebindIntent.AsNamed());
    ReferenceResolver meanings =
        new ReferenceResolver(versions, review.namespace(), review.dryRun(), lookUps);
    return new WorkloadBinder(review, move, settings, meanings, baseline).outcome();
  }

  /** What it names is its own business; it must only not say that it is bound where it is not. */
  private WorkloadAdmissionResult leftOut(WorkloadAdmissionRequest review) {
    Reference.in(review.template()).stream()
        .map(Reference::named)
        .filter(named -> named.isValid() && VersionName.parse(named.name()).isPresent())
        .distinct()
        .forEach(named -> versions.keep(named.in(review.namespace().name()), review.dryRun()));
    return new WorkloadAdmissionResult(
        Map.of(),
        Map.of(Annotations.BINDINGS, Bindings.of(review.template()).annotation()),
        Map.of(
            Annotations.HELD, Optional.empty(),
            Annotations.WAITING, Optional.empty(),
            Annotations.REBIND, Optional.empty(),
            Annotations.BASELINE, Optional.empty()),
        List.of());
  }
}
