package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Choice;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.OptedIn;
import java.util.List;
import java.util.Map;

/** The cluster's defaults for what workloads and namespaces can set by annotation. */
public record WorkloadSettings(Rollout rollout, MissingPolicy missing) {

  /** Whether its references are bound at all. */
  public Choice<Boolean> versioned(WorkloadKind kind, JsonNode workload, OptedIn namespace) {
    return Choice.of(
        levels(kind, workload, namespace),
        List.of(Keys.VERSIONED, Keys.SPINNAKER_VERSIONED),
        Map.of("true", true, "false", false),
        true);
  }

  public Choice<Rollout> rollout(WorkloadKind kind, JsonNode workload, OptedIn namespace) {
    return Choice.of(
        levels(kind, workload, namespace), List.of(Keys.ROLLOUT), Rollout.SPELLED, rollout);
  }

  Choice<MissingPolicy> missing(WorkloadKind kind, JsonNode workload, OptedIn namespace) {
    return Choice.of(
        levels(kind, workload, namespace), List.of(Keys.MISSING), MissingPolicy.SPELLED, missing);
  }

  private static List<Choice.Level> levels(
      WorkloadKind kind, JsonNode workload, OptedIn namespace) {
    return List.of(
        new Choice.Level(kind.kind(), Json.name(workload), Json.annotations(workload)),
        new Choice.Level("Namespace", namespace.name(), namespace.annotations()));
  }
}
