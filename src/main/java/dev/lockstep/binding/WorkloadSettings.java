package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.ManagedNamespace;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The cluster's defaults for what workloads and namespaces can set by annotation.
 *
 * @param maxNamesPerTemplate a template that names more ConfigMaps and Secrets is left unbound:
 *     each costs look-ups
 */
public record WorkloadSettings(Rollout rollout, MissingPolicy missing, int maxNamesPerTemplate) {
  private static final List<String> KEYS =
      List.of(
          Annotations.VERSIONED,
          Annotations.SPINNAKER_VERSIONED,
          Annotations.ROLLOUT,
          Annotations.MISSING);

  public static final int DEFAULT_MAX_NAMES_PER_TEMPLATE = 100;

  public WorkloadSettings(Rollout rollout, MissingPolicy missing) {
    this(rollout, missing, DEFAULT_MAX_NAMES_PER_TEMPLATE);
  }

  /** What a workload says of them, with an empty value where it says nothing. */
  static Map<String, Optional<String>> annotationsOf(JsonNode workload) {
    Map<String, Optional<String>> said = new TreeMap<>();
    KEYS.forEach(key -> said.put(key, KubernetesJson.annotation(workload, key)));
    return said;
  }

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
