package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadAdmissionRequest;
import dev.lockstep.binding.WorkloadAdmissionResult;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.versioning.ManagedNamespaces;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** {@code workloads.lockstep.dev}: everything with a pod template. */
public final class WorkloadWebhook implements Webhook {
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  /** What the audit log is told, by the annotation that holds it. */
  private static final Map<String, String> TOLD =
      Map.of(
          "bindings",
          Annotations.BINDINGS,
          "held",
          Annotations.HELD,
          "waiting",
          Annotations.WAITING);

  /** A template may name a thousand heads; an entry of the audit log is no place for all. */
  private static final int LONGEST = 8 * 1024;

  private final WorkloadAdmission admission;
  private final WorkloadKinds kinds;
  private final ManagedNamespaces namespaces;

  public WorkloadWebhook(
      WorkloadAdmission admission, WorkloadKinds kinds, ManagedNamespaces namespaces) {
    this.admission = admission;
    this.kinds = kinds;
    this.namespaces = namespaces;
  }

  @Override
  public String name() {
    return "workloads";
  }

  @Override
  public AdmissionResponse.Allowed review(AdmissionRequest request) {
    JsonPatchBuilder patch = new JsonPatchBuilder(request.object());
    Optional<WorkloadKind> kind = kinds.of(request.group(), request.resource());
    Optional<ManagedNamespace> namespace = namespaces.optedIn(request.namespace());
    if (kind.isEmpty() || namespace.isEmpty()) {
      return new AdmissionResponse.Allowed(patch, List.of());
    }
    WorkloadAdmissionResult outcome =
        admission.decide(
            new WorkloadAdmissionRequest(
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
    return new AdmissionResponse.Allowed(patch, outcome.warnings(), audit(outcome));
  }

  private static Map<String, String> audit(WorkloadAdmissionResult outcome) {
    Map<String, String> audit = new TreeMap<>();
    TOLD.forEach(
        (name, key) ->
            Optional.ofNullable(outcome.templateAnnotations().get(key))
                .or(() -> Optional.ofNullable(outcome.annotations().get(key)))
                .flatMap(value -> value)
                .ifPresent(text -> audit.put(name, shortened(text))));
    return audit;
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
