package dev.lockstep.controller.workload;

import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.EventRecorder.Severity;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.Set;
import org.jboss.logging.Logger;

/** What people are told about their workloads: an Event, and a line in the log where we acted. */
final class WorkloadEvents {
  private static final Logger LOG = Logger.getLogger(WorkloadEvents.class);
  private static final Set<String> RESTARTED = Set.of("Deployment", "StatefulSet", "DaemonSet");

  private final EventRecorder recorder;

  WorkloadEvents(EventRecorder recorder) {
    this.recorder = recorder;
  }

  void rebound(WorkloadState workload, String goal) {
    log(workload, "bound to " + goal);
    recorder.tell(workload.object(), Severity.NORMAL, "Rebound", "bound to " + goal);
  }

  void refused(WorkloadState workload, String goal, String words) {
    warn(workload, "not bound to " + goal + ": " + words);
    recorder.tell(
        workload.object(),
        Severity.WARNING,
        "RebindRefused",
        "not bound to " + goal + ": " + words);
  }

  /** The request was admitted, and did not bring it about. */
  void futile(WorkloadState workload, String goal) {
    warn(workload, "not bound to " + goal);
  }

  void lacksKey(WorkloadState workload, HeadRef head, Set<String> keys) {
    recorder.tell(
        workload.object(),
        Severity.WARNING,
        "KeyMissing",
        head
            + " has no key "
            + String.join(", ", keys)
            + " any more, which the pods need; it stays with the version that has it");
  }

  void waiting(WorkloadState workload, Set<HeadRef> heads) {
    recorder.tell(
        workload.object(),
        Severity.WARNING,
        "Waiting",
        "waiting for " + HeadRef.list(heads) + "; it is bound when that is there");
  }

  void leftBehind(WorkloadState workload, Set<HeadRef> heads) {
    recorder.tell(
        workload.object(),
        Severity.NORMAL,
        "LeftBehind",
        "there is a newer version of " + HeadRef.list(heads) + "; " + remedy(workload));
  }

  void unbound(WorkloadState workload, Set<HeadRef> heads) {
    recorder.tell(
        workload.object(),
        Severity.WARNING,
        "Unbound",
        "its template was written while no webhook of Lockstep answered, and names "
            + HeadRef.list(heads)
            + " as it is; it is bound to the current version now");
  }

  void heldBack(WorkloadState workload, Set<HeadRef> heads) {
    log(workload, "held: was found on older versions of " + HeadRef.list(heads));
    recorder.tell(
        workload.object(),
        Severity.WARNING,
        "HeldBack",
        "was found on an older version of "
            + HeadRef.list(heads)
            + " when its namespace was taken in again, and stays there; its next release, or"
            + " kubectl annotate "
            + Annotations.REBIND
            + "=, moves it");
  }

  private static String remedy(WorkloadState workload) {
    return RESTARTED.contains(workload.kind().kind())
        ? "kubectl rollout restart or the next apply moves to it"
        : "the next apply, or kubectl annotate " + Annotations.REBIND + "=, moves to it";
  }

  private static void log(WorkloadState workload, String what) {
    about(workload).log(() -> LOG.infof("%s: %s", describe(workload), what));
  }

  private static void warn(WorkloadState workload, String what) {
    about(workload).log(() -> LOG.warnf("%s: %s", describe(workload), what));
  }

  private static String describe(WorkloadState workload) {
    return workload.kind().kind() + " " + workload.namespace() + "/" + workload.name();
  }

  private static LogContext about(WorkloadState workload) {
    return LogContext.object(
        workload.kind().kind(), workload.namespace(), KubernetesJson.name(workload.object()));
  }
}
