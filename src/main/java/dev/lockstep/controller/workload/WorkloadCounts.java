package dev.lockstep.controller.workload;

/**
 * How many workloads are not simply bound to what is current.
 *
 * @param unbound whose template names heads as they are
 * @param behind bound to an older version, and left there
 * @param held kept on an older version by a rollback
 * @param waiting for a ConfigMap or Secret that is not there
 * @param steppedBack left alone, because their writer insists on bare names
 */
public record WorkloadCounts(int unbound, int behind, int held, int waiting, int steppedBack) {
  public static final WorkloadCounts NOBODY = new WorkloadCounts(0, 0, 0, 0, 0);

  WorkloadCounts and(WorkloadCounts other) {
    return new WorkloadCounts(
        unbound + other.unbound,
        behind + other.behind,
        held + other.held,
        waiting + other.waiting,
        steppedBack + other.steppedBack);
  }

  /** One workload as it is persisted. */
  static WorkloadCounts of(
      WorkloadState workload, boolean isUnbound, boolean isLeftBehind, boolean isWaiting) {
    return new WorkloadCounts(
        isUnbound && !workload.isSteppedBack() ? 1 : 0,
        isLeftBehind ? 1 : 0,
        workload.isHeld() ? 1 : 0,
        isWaiting ? 1 : 0,
        workload.isSteppedBack() ? 1 : 0);
  }
}
