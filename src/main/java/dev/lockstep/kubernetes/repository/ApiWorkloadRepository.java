package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.namespace.RevisionAnnotations;
import dev.lockstep.controller.workload.WorkloadRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Workloads and their revisions in the API server. What is written is one annotation of ours. */
public final class ApiWorkloadRepository implements WorkloadRepository, RevisionAnnotations {
  private final KubeApiClient api;

  public ApiWorkloadRepository(KubeApiClient api) {
    this.api = api;
  }

  @Override
  public List<JsonNode> metadata(WorkloadKind kind, String namespace) {
    return ifServed(kind, () -> api.listMetadata(path(kind, namespace)));
  }

  @Override
  public List<JsonNode> all(WorkloadKind kind, String namespace) {
    return ifServed(kind, () -> api.list(path(kind, namespace)));
  }

  @Override
  public JsonNode rebind(WorkloadKind kind, String namespace, String name, Set<HeadRef> heads) {
    return annotate(path(kind, namespace) + "/" + name, Annotations.REBIND, HeadRef.list(heads));
  }

  @Override
  public List<Revision> all(WorkloadKind.Revisions kept, String namespace) {
    List<Revision> revisions = new ArrayList<>();
    api.list(path(kept, namespace))
        .forEach(object -> revisions.add(new Revision(object, object.at(kept.template()))));
    return revisions;
  }

  @Override
  public void note(WorkloadKind.Revisions kept, Revision revision, Bindings baseline) {
    String namespace = revision.object().at("/metadata/namespace").asText();
    annotate(
        path(kept, namespace) + "/" + KubernetesJson.name(revision.object()),
        Annotations.BASELINE,
        baseline.toString());
  }

  /** A configured kind need not be there: neither its CRD nor rights to it. */
  private static List<JsonNode> ifServed(WorkloadKind kind, Supplier<List<JsonNode>> list) {
    try {
      return list.get();
    } catch (ApiServerException e) {
      if (!kind.isBuiltIn() && (e.code() == 404 || e.code() == 403)) {
        return List.of();
      }
      throw e;
    }
  }

  private JsonNode annotate(String path, String annotation, String value) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch.putObject("metadata").putObject("annotations").put(annotation, value);
    return api.mergePatch(path + ApiPaths.write(false), patch);
  }

  private static String path(WorkloadKind kind, String namespace) {
    return ApiPaths.all(kind.group(), kind.version(), namespace, kind.resource());
  }

  private static String path(WorkloadKind.Revisions kept, String namespace) {
    return ApiPaths.all(kept.group(), kept.version(), namespace, kept.resource());
  }
}
