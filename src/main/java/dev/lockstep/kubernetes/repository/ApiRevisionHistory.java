package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import java.util.ArrayList;
import java.util.List;

/** ReplicaSets and ControllerRevisions in the API server. */
public final class ApiRevisionHistory implements RevisionHistory {
  private final KubeApiClient api;

  public ApiRevisionHistory(KubeApiClient api) {
    this.api = api;
  }

  @Override
  public List<Revision> of(WorkloadKind kind, String namespace, JsonNode workload) {
    if (kind.revisions().isEmpty()) {
      return List.of();
    }
    WorkloadKind.Revisions kept = kind.revisions().get();
    String selector = ApiPaths.selector(workload.path("spec").path("selector"));
    List<JsonNode> list =
        api.list(
            ApiPaths.all(kept.group(), kept.version(), namespace, kept.resource())
                + ApiPaths.labelled(selector));
    String uid = workload.path("metadata").path("uid").asText();
    List<Revision> revisions = new ArrayList<>();
    for (JsonNode revision : list) {
      if (isOwnedBy(revision, uid)) {
        revisions.add(new Revision(revision, revision.at(kept.template())));
      }
    }
    return revisions;
  }

  private static boolean isOwnedBy(JsonNode object, String uid) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("uid").asText().equals(uid)) {
        return true;
      }
    }
    return false;
  }
}
