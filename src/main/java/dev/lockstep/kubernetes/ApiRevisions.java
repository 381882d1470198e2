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
  public List<JsonNode> templates(WorkloadKind kind, String namespace, JsonNode workload) {
    WorkloadKind.Revisions revisions = kind.revisions();
    String selector = Paths.selector(workload.path("spec").path("selector"));
    JsonNode list =
        api.list(
            Paths.all(revisions.group(), revisions.version(), namespace, revisions.resource())
                + Paths.labelled(selector));
    String uid = workload.path("metadata").path("uid").asText();
    List<JsonNode> templates = new ArrayList<>();
    for (JsonNode revision : list.path("items")) {
      if (isOwnedBy(revision, uid)) {
        templates.add(revision.at(revisions.template()));
      }
    }
    return templates;
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
