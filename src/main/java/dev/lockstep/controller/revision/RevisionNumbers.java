package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Which revision of a workload is which, by the numbers that its controller gave them. */
public final class RevisionNumbers {
  /** Written by the Deployment controller, whose name for it this is. */
  public static final String OF_REPLICA_SET = "deployment.kubernetes.io/revision";

  /** Of a ReplicaSet that {@code kubectl rollout undo} goes over. */
  public static final long LAST_REPLICA_SET = -1;

  /** The same of a ControllerRevision, which can't have a negative one. */
  public static final long LAST_CONTROLLER_REVISION = 0;

  private RevisionNumbers() {}

  /** Below all others where it has none yet. */
  public static long of(WorkloadKind.Revisions kept, JsonNode revision) {
    if (kept.equals(WorkloadKind.CONTROLLER_REVISIONS)) {
      return revision.path("revision").asLong(0);
    }
    try {
      return KubernetesJson.annotation(revision, OF_REPLICA_SET).map(Long::parseLong).orElse(0L);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The number that lets an undo go over it. */
  public static long last(WorkloadKind.Revisions kept) {
    return kept.equals(WorkloadKind.CONTROLLER_REVISIONS)
        ? LAST_CONTROLLER_REVISION
        : LAST_REPLICA_SET;
  }

  /** That of the workload's template, once its controller has seen that. */
  public static Optional<JsonNode> current(
      WorkloadKind.Revisions kept, Collection<JsonNode> revisions) {
    return revisions.stream().max(Comparator.comparingLong(revision -> of(kept, revision)));
  }

  /** Whether nobody meant this revision. */
  public static boolean isInBetween(JsonNode revision) {
    return KubernetesJson.annotation(revision, Annotations.IN_BETWEEN).isPresent();
  }

  public static boolean isOwnedBy(JsonNode revision, String uid) {
    for (JsonNode owner : revision.path("metadata").path("ownerReferences")) {
      if (owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }
}
