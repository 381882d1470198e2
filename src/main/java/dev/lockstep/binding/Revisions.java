package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The former templates of a workload, which {@code kubectl rollout undo} goes back to. */
public interface Revisions {

  /**
   * A live list.
   *
   * @throws dev.lockstep.version.ApiCallException if the API server does not give it
   */
  List<JsonNode> templates(WorkloadKind kind, String namespace, JsonNode workload);
}
