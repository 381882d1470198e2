package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Persisted workloads. What is written is an annotation of ours, and only on the object that was
 * read: the resourceVersion goes along. Every method throws {@link
 * dev.lockstep.model.ApiServerException} when the call is refused or gets no answer.
 */
public interface WorkloadRepository {

  /** All workloads of a kind, in full. */
  List<JsonNode> all(WorkloadKind kind, String namespace);

  /** A live read. */
  Optional<JsonNode> find(WorkloadKind kind, String namespace, String name);

  /**
   * Asks for a re-bind, by an annotation which the workload's admission consumes.
   *
   * @param request the annotation's value
   * @return the workload as it is then; empty if it has changed since it was read, or is gone
   */
  Optional<JsonNode> rebind(WorkloadKind kind, JsonNode workload, String request);

  /**
   * Sets annotations, or takes them off where the value is empty. The template stays as it is.
   *
   * @return false if the workload has changed since it was read, or is gone
   */
  boolean annotate(WorkloadKind kind, JsonNode workload, Map<String, Optional<String>> annotations);
}
