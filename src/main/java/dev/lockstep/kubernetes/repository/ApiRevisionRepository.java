package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.lockstep.binding.RevisionHistory;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.revision.RevisionNumbers;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.ApiResponse;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the leader notes on ReplicaSets and ControllerRevisions in the API server. */
public final class ApiRevisionRepository implements RevisionRepository {
  private final KubeApiClient api;
  private final RevisionHistory history;

  public ApiRevisionRepository(KubeApiClient api, RevisionHistory history) {
    this.api = api;
    this.history = history;
  }

  @Override
  public List<Revision> all(WorkloadKind.Revisions kept, String namespace) {
    List<Revision> revisions = new ArrayList<>();
    api.list(path(kept, namespace))
        .forEach(object -> revisions.add(new Revision(object, object.at(kept.template()))));
    return revisions;
  }

  /** A ControllerRevision's number is no metadata. */
  @Override
  public List<JsonNode> numbered(WorkloadKind.Revisions kept, String namespace) {
    return kept.equals(WorkloadKind.CONTROLLER_REVISIONS)
        ? api.list(path(kept, namespace))
        : api.listMetadata(path(kept, namespace));
  }

  @Override
  public List<Revision> of(WorkloadKind kind, JsonNode workload) {
    return history.of(kind, workload.at("/metadata/namespace").asText(), workload);
  }

  @Override
  public boolean annotate(
      WorkloadKind.Revisions kept, JsonNode revision, Map<String, Optional<String>> annotations) {
    return patch(kept, revision, new MetadataPatch().annotations(annotations).toJson());
  }

  @Override
  public void putLast(WorkloadKind.Revisions kept, JsonNode revision) {
    long number = RevisionNumbers.last(kept);
    patch(
        kept,
        revision,
        kept.equals(WorkloadKind.CONTROLLER_REVISIONS)
            ? JsonNodeFactory.instance.objectNode().put("revision", number)
            : new MetadataPatch()
                .annotation(RevisionNumbers.OF_REPLICA_SET, Optional.of(Long.toString(number)))
                .toJson());
  }

  private boolean patch(WorkloadKind.Revisions kept, JsonNode revision, JsonNode patch) {
    String path =
        path(kept, revision.at("/metadata/namespace").asText())
            + "/"
            + KubernetesJson.name(revision);
    ApiResponse response = api.tryMergePatch(path + ApiPaths.write(false), patch);
    if (response.isNotFound()) {
      return false;
    }
    response.orThrow();
    return true;
  }

  private static String path(WorkloadKind.Revisions kept, String namespace) {
    return ApiPaths.all(kept.group(), kept.version(), namespace, kept.resource());
  }
}
