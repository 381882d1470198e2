package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;

/**
 * How many workloads are not simply bound to what is current.
 *
 * @param behind bound to an older version, and left there
 * @param held kept on an older version by an undo
 * @param waiting for a ConfigMap or Secret that is not there
 */
public record WorkloadCounts(int behind, int held, int waiting) {
  public static final WorkloadCounts NOBODY = new WorkloadCounts(0, 0, 0);

  WorkloadCounts and(WorkloadCounts other) {
    return new WorkloadCounts(behind + other.behind, held + other.held, waiting + other.waiting);
  }

  /** One workload as it is persisted. */
  static WorkloadCounts of(JsonNode workload, boolean isLeftBehind, boolean isWaiting) {
    boolean isHeld = KubernetesJson.annotation(workload, Annotations.HELD).isPresent();
    return new WorkloadCounts(isLeftBehind ? 1 : 0, isHeld ? 1 : 0, isWaiting ? 1 : 0);
  }
}
