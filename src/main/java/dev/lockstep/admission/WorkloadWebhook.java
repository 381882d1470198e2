package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadOutcome;
import dev.lockstep.binding.WorkloadReview;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code workloads.lockstep.dev}: everything with a pod template. */
public final class WorkloadWebhook implements Webhook {
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  private final WorkloadAdmission admission;
  private final WorkloadKinds kinds;
  private final Namespaces namespaces;

  public WorkloadWebhook(WorkloadAdmission admission, WorkloadKinds kinds, Namespaces namespaces) {
    this.admission = admission;
    this.kinds = kinds;
    this.namespaces = namespaces;
  }

  @Override
  public Verdict.Allowed review(AdmissionRequest request) {
    JsonPatch patch = new JsonPatch(request.object());
    Optional<WorkloadKind> kind = kinds.of(request.group(), request.resource());
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
                request.fieldManager(),
                request.dryRun(),
                namespace.get()));
    JsonPointer template = kind.get().template();
    outcome.names().forEach((place, name) -> patch.replace(template.append(place), name));
    Map<JsonPointer, Map<String, Optional<String>>> annotations = new LinkedHashMap<>();
    annotations.put(ANNOTATIONS, new TreeMap<>(outcome.annotations()));
    // A Pod is its own template: one map, and so one operation where it is not there yet.
    annotations
        .computeIfAbsent(template.append(ANNOTATIONS), place -> new TreeMap<>())
        .putAll(outcome.templateAnnotations());
    annotations.forEach(patch::setAll);
    return new Verdict.Allowed(patch, outcome.warnings());
  }
}
