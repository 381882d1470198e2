package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Pods of StatefulSets. */
public interface PodRepository {

  /** Those of a workload, in full. */
  List<JsonNode> of(JsonNode workload);

  /**
   * Deletes the very pod that was read, if it has not changed since.
   *
   * @throws dev.lockstep.model.ApiServerException if that is refused
   */
  void delete(JsonNode pod);
}
