package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.Standing;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.logging.About;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Json;
import dev.lockstep.version.OptedIn;
import dev.lockstep.version.VersionNumber;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Sees to the workloads of a namespace after its heads changed: binds what waited for a head, moves
 * what is to follow by itself, and tells what was left behind.
 */
final class Follow {
  private static final Logger LOG = Logger.getLogger(Follow.class);

  private final Heads heads;
  private final Workloads workloads;
  private final WorkloadKinds kinds;
  private final WorkloadSettings settings;
  private final Announcements announcements;
  private final Throttle throttle;

  /** Re-binds that changed nothing, by workload, with what they were to reach; not tried again. */
  private final Map<String, String> futile = new ConcurrentHashMap<>();

  private final Map<String, Census> censuses = new ConcurrentHashMap<>();

  Follow(
      Heads heads,
      Workloads workloads,
      WorkloadKinds kinds,
      WorkloadSettings settings,
      Announcements announcements,
      Throttle throttle) {
    this.heads = heads;
    this.workloads = workloads;
    this.kinds = kinds;
    this.settings = settings;
    this.announcements = announcements;
    this.throttle = throttle;
  }

  /** Binds the workloads that waited for a head which is there now. */
  void arrived(OptedIn namespace) {
    Map<HeadRef, VersionNumber> current = heads.current(namespace.name());
    for (WorkloadKind kind : kinds.mutable()) {
      for (JsonNode workload : workloads.metadata(kind, namespace.name())) {
        if (isOurs(kind, workload, namespace)) {
          rebind(kind, workload, Standing.of(kind, workload, current).arrived(), current);
        }
      }
    }
  }

  /** Does all of it, for every workload. */
  void all(OptedIn namespace) {
    Map<HeadRef, VersionNumber> current = heads.current(namespace.name());
    Census census = Census.NOBODY;
    for (WorkloadKind kind : kinds.mutable()) {
      for (JsonNode workload : workloads.all(kind, namespace.name())) {
        if (isOurs(kind, workload, namespace)) {
          Standing standing = Standing.of(kind, workload, current);
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
          census = census.and(Census.of(workload, isLeftBehind, !standing.waiting().isEmpty()));
          rebind(kind, workload, moving, current);
        }
      }
    }
    censuses.put(namespace.name(), census);
  }

  /** When the namespaces were last seen to. */
  Census census() {
    return censuses.values().stream().reduce(Census.NOBODY, Census::and);
  }

  void forget(String namespace) {
    censuses.remove(namespace);
  }

  private boolean isOurs(WorkloadKind kind, JsonNode workload, OptedIn namespace) {
    return !Json.hasController(workload) && settings.versioned(kind, workload, namespace).value();
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
    throttle.await();
    String namespace = workload.at("/metadata/namespace").asText();
    JsonNode after;
    try {
      after = workloads.rebind(kind, namespace, Json.name(workload), moving);
    } catch (ApiCallException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      // Somebody's rule for this one; all that come after it must not wait for it.
      futile.put(uid, goal);
      String refusal = "not bound to " + goal + ": " + e.discreet().getMessage();
      about(kind, workload)
          .log(
              () ->
                  LOG.warnf("%s %s/%s: %s", kind.kind(), namespace, Json.name(workload), refusal));
      announcements.tell(workload, Announcements.Severity.WARNING, "RebindRefused", refusal);
      return;
    }
    Standing standing = Standing.of(kind, after, current);
    if (standing.behind().containsAll(moving) || standing.arrived().containsAll(moving)) {
      futile.put(uid, goal);
      about(kind, workload)
          .log(
              () ->
                  LOG.warnf(
                      "%s %s/%s: not bound to %s",
                      kind.kind(), namespace, Json.name(workload), goal));
      return;
    }
    futile.remove(uid);
    about(kind, workload)
        .log(
            () ->
                LOG.infof(
                    "%s %s/%s: bound to %s", kind.kind(), namespace, Json.name(workload), goal));
    announcements.tell(after, Announcements.Severity.NORMAL, "Rebound", "bound to " + goal);
  }

  private static About about(WorkloadKind kind, JsonNode workload) {
    return About.object(
        kind.kind(), workload.at("/metadata/namespace").asText(), Json.name(workload));
  }

  private void tellWaiting(JsonNode workload, Set<HeadRef> heads) {
    announcements.tell(
        workload,
        Announcements.Severity.WARNING,
        "Waiting",
        "waiting for " + HeadRef.list(heads) + "; it is bound when that is there");
  }

  private void tellLeftBehind(
      JsonNode workload, Set<HeadRef> heads, Map<HeadRef, VersionNumber> current) {
    announcements.tell(
        workload,
        Announcements.Severity.NORMAL,
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
