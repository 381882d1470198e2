package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.ManagedNamespace;
import java.util.List;
import java.util.Map;

/** The cluster's defaults for what workloads and namespaces can set by annotation. */
public record WorkloadSettings(Rollout rollout, MissingPolicy missing) {

  /** Whether its references are bound at all. */
  public LayeredSetting<Boolean> versioned(
      WorkloadKind kind, JsonNode workload, ManagedNamespace namespace) {
    return LayeredSetting.of(
        levels(kind, workload, namespace),
        List.of(Annotations.VERSIONED, Annotations.SPINNAKER_VERSIONED),
        Map.of("true", true, "false", false),
        true);
  }

  public LayeredSetting<Rollout> rollout(
      WorkloadKind kind, JsonNode workload, ManagedNamespace namespace) {
    return LayeredSetting.of(
        levels(kind, workload, namespace), List.of(Annotations.ROLLOUT), Rollout.SPELLED, rollout);
  }

  LayeredSetting<MissingPolicy> missing(
      WorkloadKind kind, JsonNode workload, ManagedNamespace namespace) {
    return LayeredSetting.of(
        levels(kind, workload, namespace),
        List.of(Annotations.MISSING),
        MissingPolicy.SPELLED,
        missing);
  }

  private static List<LayeredSetting.Level> levels(
      WorkloadKind kind, JsonNode workload, ManagedNamespace namespace) {
    return List.of(
        new LayeredSetting.Level(
            kind.kind(), KubernetesJson.name(workload), KubernetesJson.annotations(workload)),
        new LayeredSetting.Level("Namespace", namespace.name(), namespace.annotations()));
  }
}
