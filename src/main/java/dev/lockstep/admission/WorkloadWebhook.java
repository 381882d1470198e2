package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadOutcome;
import dev.lockstep.binding.WorkloadReview;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import java.util.List;
import java.util.Optional;

/** {@code workloads.lockstep.dev}: everything with a pod template. */
public final class WorkloadWebhook implements Webhook {
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  private final WorkloadAdmission admission;
  private final Namespaces namespaces;

  public WorkloadWebhook(WorkloadAdmission admission, Namespaces namespaces) {
    this.admission = admission;
    this.namespaces = namespaces;
  }

  @Override
  public Verdict.Allowed review(AdmissionRequest request) {
    JsonPatch patch = new JsonPatch(request.object());
    Optional<WorkloadKind> kind = WorkloadKind.of(request.group(), request.resource());
    Optional<OptedIn> namespace = namespaces.optedIn(request.namespace());
    if (kind.isEmpty() || namespace.isEmpty()) {
      return new Verdict.Allowed(patch, List.of());
    }
    WorkloadOutcome outcome =
        admission.decide(
            new WorkloadReview(
                kind.get(),
                request.name(),
                request.object(),
                request.oldObject(),
                request.dryRun(),
                namespace.get()));
    JsonPointer template = kind.get().template();
    outcome.names().forEach((place, name) -> patch.replace(template.append(place), name));
    patch.setAll(template.append(ANNOTATIONS), outcome.templateAnnotations());
    patch.setAll(ANNOTATIONS, outcome.annotations());
    return new Verdict.Allowed(patch, outcome.warnings());
  }
}
