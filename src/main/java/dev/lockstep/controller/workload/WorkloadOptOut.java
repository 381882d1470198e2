package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.controller.namespace.OptOut;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes our notes off workloads that read bare names in a namespace that was opted out. What is
 * bound stays as it is, with what is held: nothing rolls, and the namespace may come back. A
 * template's {@code lockstep.dev/bindings} stays as well: to change it would replace the pods.
 */
public final class WorkloadOptOut implements OptOut {
  private static final List<String> NOTES =
      List.of(
          Annotations.HELD,
          Annotations.WAITING,
          Annotations.RELEASED,
          Annotations.WINDOW_MOVES,
          Annotations.RELEASE_HEADS,
          Annotations.BARE_WRITES,
          Annotations.CO_OWNERS,
          Annotations.STEPPED_BACK);

  private final WorkloadKinds kinds;
  private final WorkloadRepository workloads;

  public WorkloadOptOut(WorkloadKinds kinds, WorkloadRepository workloads) {
    this.kinds = kinds;
    this.workloads = workloads;
  }

  @Override
  public void leave(String namespace) {
    for (WorkloadKind kind : kinds.mutable()) {
      for (JsonNode object : workloads.all(kind, namespace)) {
        Map<String, Optional<String>> off = new TreeMap<>();
        for (String note : NOTES) {
          if (KubernetesJson.annotation(object, note).isPresent()) {
            off.put(note, Optional.empty());
          }
        }
        if (!off.isEmpty() && WorkloadState.of(kind, object).bound().versions().isEmpty()) {
          workloads.annotate(kind, object, off);
        }
      }
    }
  }
}
