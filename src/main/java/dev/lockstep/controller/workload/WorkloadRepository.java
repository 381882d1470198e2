package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.HeadRef;
import java.util.List;
import java.util.Set;

/**
 * Persisted workloads. Every method throws {@link dev.lockstep.model.ApiServerException} when the
 * call is refused or gets no answer.
 */
public interface WorkloadRepository {

  /** Metadata alone of all workloads of a kind. */
  List<JsonNode> metadata(WorkloadKind kind, String namespace);

  /** All workloads of a kind, in full. */
  List<JsonNode> all(WorkloadKind kind, String namespace);

  /**
   * Asks for a re-bind, by an annotation which the workload's admission consumes.
   *
   * @return the workload as it is then
   */
  JsonNode rebind(WorkloadKind kind, String namespace, String name, Set<HeadRef> heads);
}
