package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Pods that an ordered StatefulSet waits for in vain (kubernetes#67250): it replaces none that was
 * never ready, also when its template has been mended since. Those of a revision that nobody meant
 * are deleted, one after the other; it makes them again from its template.
 */
public final class StuckPods {
  /** Written by the StatefulSet controller, whose name for it this is. */
  private static final String REVISION = "controller-revision-hash";

  /** All conditions begin with a pod; a later one is a change. */
  private static final Duration AT_ITS_BEGINNING = Duration.ofSeconds(2);

  private final PodRepository pods;
  private final EventRecorder events;

  public StuckPods(PodRepository pods, EventRecorder events) {
    this.pods = pods;
    this.events = events;
  }

  /**
   * Deletes the first of them.
   *
   * @param superseded names of revisions
   * @return whether to come again: there may be another one
   */
  public boolean free(JsonNode statefulSet, Set<String> superseded) {
    if (superseded.isEmpty()
        || statefulSet.at("/spec/podManagementPolicy").asText("").equals("Parallel")) {
      return false;
    }
    List<JsonNode> stuck =
        pods.of(statefulSet).stream()
            .filter(pod -> RevisionNumbers.isOwnedBy(pod, statefulSet.at("/metadata/uid").asText()))
            .filter(
                pod -> KubernetesJson.label(pod, REVISION).filter(superseded::contains).isPresent())
            .filter(StuckPods::wasNeverReady)
            .sorted(Comparator.comparing(KubernetesJson::name).reversed())
            .toList();
    if (stuck.isEmpty()) {
      return false;
    }
    JsonNode pod = stuck.get(0);
    if (pod.path("metadata").has("deletionTimestamp")) {
      return true;
    }
    try {
      pods.delete(pod);
      return true;
    } catch (ApiServerException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      events.tell(
          statefulSet,
          EventRecorder.Severity.WARNING,
          "PodStuck",
          "its pod "
              + KubernetesJson.name(pod)
              + " was made before its configuration was there and is not replaced by itself;"
              + " kubectl delete pod "
              + KubernetesJson.name(pod));
      return false;
    }
  }

  private static boolean wasNeverReady(JsonNode pod) {
    Optional<JsonNode> ready = condition(pod, "Ready");
    if (ready.isEmpty()) {
      return pod.at("/status/phase").asText("Pending").equals("Pending");
    }
    if (ready.get().path("status").asText().equals("True")) {
      return false;
    }
    Optional<Instant> begun = condition(pod, "PodScheduled").flatMap(StuckPods::time);
    return begun.isPresent()
        && time(ready.get())
            .filter(time -> !time.isAfter(begun.get().plus(AT_ITS_BEGINNING)))
            .isPresent();
  }

  private static Optional<JsonNode> condition(JsonNode pod, String type) {
    return StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
        .filter(condition -> condition.path("type").asText().equals(type))
        .findFirst();
  }

  private static Optional<Instant> time(JsonNode condition) {
    return KubernetesJson.text(condition.path("lastTransitionTime")).map(Instant::parse);
  }
}
