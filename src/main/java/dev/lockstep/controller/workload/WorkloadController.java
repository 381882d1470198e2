package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.BindingStatus;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionNumber;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Sees to the workloads of a namespace after its heads changed: binds what waited for a head, moves
 * what is to follow by itself, and tells what was left behind.
 */
public final class WorkloadController {
  private static final Logger LOG = Logger.getLogger(WorkloadController.class);

  private final HeadRepository heads;
  private final WorkloadRepository workloads;
  private final WorkloadKinds kinds;
  private final WorkloadSettings settings;
  private final EventRecorder announcements;
  private final RateLimiter rateLimiter;

  /** Re-binds that changed nothing, by workload, with what they were to reach; not tried again. */
  private final Map<String, String> futile = new ConcurrentHashMap<>();

  private final Map<String, WorkloadCounts> countsByNamespace = new ConcurrentHashMap<>();

  public WorkloadController(
      HeadRepository heads,
      WorkloadRepository workloads,
      WorkloadKinds kinds,
      WorkloadSettings settings,
      EventRecorder announcements,
      RateLimiter rateLimiter) {
    this.heads = heads;
    this.workloads = workloads;
    this.kinds = kinds;
    this.settings = settings;
    this.announcements = announcements;
    this.rateLimiter = rateLimiter;
  }

  /** Binds the workloads that waited for a head which is there now. */
  public void arrived(ManagedNamespace namespace) {
    Map<HeadRef, VersionNumber> current = heads.current(namespace);
    for (WorkloadKind kind : kinds.mutable()) {
      for (JsonNode workload : workloads.metadata(kind, namespace.name())) {
        if (isOurs(kind, workload, namespace)) {
          rebind(kind, workload, BindingStatus.of(kind, workload, current).arrived(), current);
        }
      }
    }
  }

  /** Does all of it, for every workload. */
  public void all(ManagedNamespace namespace) {
    Map<HeadRef, VersionNumber> current = heads.current(namespace);
    WorkloadCounts counts = WorkloadCounts.NOBODY;
    for (WorkloadKind kind : kinds.mutable()) {
      for (JsonNode workload : workloads.all(kind, namespace.name())) {
        if (isOurs(kind, workload, namespace)) {
          BindingStatus standing = BindingStatus.of(kind, workload, current);
          Rollout rollout = settings.rollout(kind, workload, namespace).value();
          Set<HeadRef> moving = new TreeSet<>(standing.arrived());
          if (rollout == Rollout.AUTO) {
            moving.addAll(standing.behind());
          }
          boolean isLeftBehind = rollout == Rollout.ON_APPLY && !standing.behind().isEmpty();
          if (isLeftBehind) {
            tellLeftBehind(workload, standing.behind(), current);
          }
          if (!standing.waiting().isEmpty()) {
            tellWaiting(workload, standing.waiting());
          }
          counts =
              counts.and(WorkloadCounts.of(workload, isLeftBehind, !standing.waiting().isEmpty()));
          rebind(kind, workload, moving, current);
        }
      }
    }
    countsByNamespace.put(namespace.name(), counts);
  }

  /** When the namespaces were last seen to. */
  public WorkloadCounts counts() {
    return countsByNamespace.values().stream().reduce(WorkloadCounts.NOBODY, WorkloadCounts::and);
  }

  public void forget(String namespace) {
    countsByNamespace.remove(namespace);
  }

  private boolean isOurs(WorkloadKind kind, JsonNode workload, ManagedNamespace namespace) {
    return !KubernetesJson.hasController(workload)
        && settings.versioned(kind, workload, namespace).value();
  }

  private void rebind(
      WorkloadKind kind,
      JsonNode workload,
      Set<HeadRef> moving,
      Map<HeadRef, VersionNumber> current) {
    String uid = workload.at("/metadata/uid").asText();
    String goal = goal(moving, current);
    if (moving.isEmpty() || goal.equals(futile.get(uid))) {
      return;
    }
    rateLimiter.await();
    String namespace = workload.at("/metadata/namespace").asText();
    JsonNode after;
    try {
      after = workloads.rebind(kind, namespace, KubernetesJson.name(workload), moving);
    } catch (ApiServerException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      // Somebody's rule for this one; all that come after it must not wait for it.
      futile.put(uid, goal);
      String refusal = "not bound to " + goal + ": " + e.discreet().getMessage();
      about(kind, workload)
          .log(
              () ->
                  LOG.warnf(
                      "%s %s/%s: %s",
                      kind.kind(), namespace, KubernetesJson.name(workload), refusal));
      announcements.tell(workload, EventRecorder.Severity.WARNING, "RebindRefused", refusal);
      return;
    }
    BindingStatus standing = BindingStatus.of(kind, after, current);
    if (standing.behind().containsAll(moving) || standing.arrived().containsAll(moving)) {
      futile.put(uid, goal);
      about(kind, workload)
          .log(
              () ->
                  LOG.warnf(
                      "%s %s/%s: not bound to %s",
                      kind.kind(), namespace, KubernetesJson.name(workload), goal));
      return;
    }
    futile.remove(uid);
    about(kind, workload)
        .log(
            () ->
                LOG.infof(
                    "%s %s/%s: bound to %s",
                    kind.kind(), namespace, KubernetesJson.name(workload), goal));
    announcements.tell(after, EventRecorder.Severity.NORMAL, "Rebound", "bound to " + goal);
  }

  private static LogContext about(WorkloadKind kind, JsonNode workload) {
    return LogContext.object(
        kind.kind(), workload.at("/metadata/namespace").asText(), KubernetesJson.name(workload));
  }

  private void tellWaiting(JsonNode workload, Set<HeadRef> heads) {
    announcements.tell(
        workload,
        EventRecorder.Severity.WARNING,
        "Waiting",
        "waiting for " + HeadRef.list(heads) + "; it is bound when that is there");
  }

  private void tellLeftBehind(
      JsonNode workload, Set<HeadRef> heads, Map<HeadRef, VersionNumber> current) {
    announcements.tell(
        workload,
        EventRecorder.Severity.NORMAL,
        "LeftBehind",
        "newer config is there: "
            + goal(heads, current)
            + "; kubectl rollout restart or the next apply moves to it");
  }

  private static String goal(Set<HeadRef> heads, Map<HeadRef, VersionNumber> current) {
    StringBuilder goal = new StringBuilder();
    heads.forEach(head -> goal.append(',').append(head).append('=').append(current.get(head)));
    return goal.isEmpty() ? "" : goal.substring(1);
  }
}
