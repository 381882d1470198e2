package dev.lockstep.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Revisions;
import dev.lockstep.binding.WorkloadKind;
import java.util.ArrayList;
import java.util.List;

/** ReplicaSets and ControllerRevisions in the API server. */
public final class ApiRevisions implements Revisions {
  private final ApiServer api;

  public ApiRevisions(ApiServer api) {
    this.api = api;
  }

  @Override
  public List<Revision> of(WorkloadKind kind, String namespace, JsonNode workload) {
    if (kind.revisions().isEmpty()) {
      return List.of();
    }
    WorkloadKind.Revisions kept = kind.revisions().get();
    String selector = Paths.selector(workload.path("spec").path("selector"));
    List<JsonNode> list =
        api.list(
            Paths.all(kept.group(), kept.version(), namespace, kept.resource())
                + Paths.labelled(selector));
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
