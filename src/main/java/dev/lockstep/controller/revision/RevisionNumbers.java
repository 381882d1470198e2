package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Which revision of a workload is which, by the numbers that its controller gave them. */
public final class RevisionNumbers {
  /** Written by the Deployment controller, whose name for it this is. */
  public static final String OF_REPLICA_SET = "deployment.kubernetes.io/revision";

  /** Of a ReplicaSet that {@code kubectl rollout undo} goes over. */
  public static final long LAST_REPLICA_SET = -1;

  /** The same of a ControllerRevision, which can't have a negative one. */
  public static final long LAST_CONTROLLER_REVISION = 0;

  /** The numbers that a ReplicaSet had before it was used again, as its controller notes them. */
  private static final String FORMER = "deployment.kubernetes.io/revision-history";

  /**
   * The oldest first. Times are to the second, so that the numbers tell those apart that were made
   * within one.
   */
  static final Comparator<Revision> BY_AGE =
      Comparator.<Revision, Instant>comparing(
              revision -> KubernetesJson.created(revision.object()).orElse(Instant.EPOCH))
          .thenComparingLong(revision -> first(revision.object()));

  private RevisionNumbers() {}

  /** The first number that a revision had, as far as that is known. */
  private static long first(JsonNode revision) {
    LongStream former =
        KubernetesJson.annotation(revision, FORMER).stream()
            .flatMap(list -> Stream.of(list.split(",")))
            .filter(number -> number.matches("[0-9]{1,18}"))
            .mapToLong(Long::parseLong);
    return LongStream.concat(former, LongStream.of(ofAny(revision))).min().getAsLong();
  }

  /** One that has no number yet comes after all others. */
  private static long ofAny(JsonNode revision) {
    long number =
        revision.has("revision")
            ? of(WorkloadKind.CONTROLLER_REVISIONS, revision)
            : of(WorkloadKind.REPLICA_SETS, revision);
    return number == 0 ? Long.MAX_VALUE : number;
  }

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
