package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The revisions of workloads: ReplicaSets and ControllerRevisions. Metadata of ours and the number
 * are all that is written, so nothing rolls.
 */
public interface RevisionRepository {

  /** All of a namespace, in full. */
  List<Revision> all(WorkloadKind.Revisions kept, String namespace);

  /** The same, without templates where the number is metadata. */
  List<JsonNode> numbered(WorkloadKind.Revisions kept, String namespace);

  /** Those of one workload, in full; none where its kind keeps none. */
  List<Revision> of(WorkloadKind kind, JsonNode workload);

  /**
   * Sets annotations, or takes them off where the value is empty.
   *
   * @return false if it is gone
   */
  boolean annotate(
      WorkloadKind.Revisions kept, JsonNode revision, Map<String, Optional<String>> annotations);

  /** Gives it the number that {@code kubectl rollout undo} goes over. */
  void putLast(WorkloadKind.Revisions kept, JsonNode revision);
}
