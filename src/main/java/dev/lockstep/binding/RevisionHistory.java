package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The former templates of workloads, which {@code kubectl rollout undo} goes back to. */
public interface RevisionHistory {

  /**
   * A former template, and what is noted on it.
   *
   * @param object the ReplicaSet or ControllerRevision
   */
  record Revision(JsonNode object, JsonNode template) {

    /** What its bare references meant when its namespace was opted in. */
    Bindings baseline() {
      return KubernetesJson.annotation(object, Annotations.BASELINE)
          .map(Bindings::parse)
          .orElse(Bindings.NONE);
    }

    Optional<Instant> created() {
      return KubernetesJson.created(object);
    }
  }

  /**
   * A live list of those of one workload; none where its kind keeps none.
   *
   * @throws dev.lockstep.model.ApiServerException if the API server does not give it
   */
  List<Revision> of(WorkloadKind kind, String namespace, JsonNode workload);

  /** Those of the workload under review, as it is persisted. */
  default List<Revision> of(WorkloadAdmissionRequest review) {
    return of(review.kind(), review.namespace().name(), review.oldObject().orElseThrow());
  }
}
