package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.revision.PodRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.KubernetesJson;
import java.util.List;

/** Pods in the API server. */
public final class ApiPodRepository implements PodRepository {

  private final KubeApiClient api;

  public ApiPodRepository(KubeApiClient api) {
    this.api = api;
  }

  @Override
  public List<JsonNode> of(JsonNode workload) {
    return api.list(
        path(workload.at("/metadata/namespace").asText())
            + ApiPaths.labelled(ApiPaths.selector(workload.at("/spec/selector"))));
  }

  @Override
  public void delete(JsonNode pod) {
    JsonNode metadata = pod.path("metadata");
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("apiVersion", "v1").put("kind", "DeleteOptions");
    ObjectNode preconditions = options.putObject("preconditions");
    preconditions.set("uid", metadata.path("uid"));
    preconditions.set("resourceVersion", metadata.path("resourceVersion"));
    // One that has gone or changed meanwhile is left alone.
    api.delete(path(metadata.path("namespace").asText()) + "/" + KubernetesJson.name(pod), options)
        .isWritten();
  }

  private static String path(String namespace) {
    return ApiPaths.all("", "v1", namespace, "pods");
  }
}
