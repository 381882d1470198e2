package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.workload.WorkloadRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.ApiResponse;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ApiServerException.Reason;
import dev.lockstep.model.KubernetesJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Workloads in the API server. What is written is annotations of ours. */
public final class ApiWorkloadRepository implements WorkloadRepository {
  private final KubeApiClient api;

  public ApiWorkloadRepository(KubeApiClient api) {
    this.api = api;
  }

  /** A configured kind need not be there: neither its CRD nor rights to it. */
  @Override
  public List<JsonNode> all(WorkloadKind kind, String namespace) {
    try {
      return api.list(path(kind, namespace));
    } catch (ApiServerException e) {
      if (!kind.isBuiltIn() && (e.reason() == Reason.NOT_FOUND || e.reason() == Reason.FORBIDDEN)) {
        return List.of();
      }
      throw e;
    }
  }

  @Override
  public Optional<JsonNode> find(WorkloadKind kind, String namespace, String name) {
    return api.get(path(kind, namespace) + "/" + name);
  }

  @Override
  public Optional<JsonNode> rebind(WorkloadKind kind, JsonNode workload, String request) {
    return patch(kind, workload, Map.of(Annotations.REBIND, Optional.of(request)));
  }

  @Override
  public boolean annotate(
      WorkloadKind kind, JsonNode workload, Map<String, Optional<String>> annotations) {
    return patch(kind, workload, annotations).isPresent();
  }

  private Optional<JsonNode> patch(
      WorkloadKind kind, JsonNode workload, Map<String, Optional<String>> annotations) {
    JsonNode metadata = workload.path("metadata");
    MetadataPatch patch =
        new MetadataPatch()
            .ifUnchanged(metadata.path("uid").asText(), metadata.path("resourceVersion").asText())
            .annotations(annotations);
    String path =
        path(kind, metadata.path("namespace").asText()) + "/" + KubernetesJson.name(workload);
    ApiResponse response = api.tryMergePatch(path + ApiPaths.write(false), patch.toJson());
    return response.isWritten() ? Optional.of(response.body()) : Optional.empty();
  }

  private static String path(WorkloadKind kind, String namespace) {
    return ApiPaths.all(kind.group(), kind.version(), namespace, kind.resource());
  }
}
