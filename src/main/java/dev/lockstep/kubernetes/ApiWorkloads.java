package dev.lockstep.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.binding.Revisions.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.reconcile.RevisionNotes;
import dev.lockstep.reconcile.Workloads;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Workloads and their revisions in the API server. What is written is one annotation of ours. */
public final class ApiWorkloads implements Workloads, RevisionNotes {
  private final ApiServer api;

  public ApiWorkloads(ApiServer api) {
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
    return annotate(path(kind, namespace) + "/" + name, Keys.REBIND, HeadRef.list(heads));
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
        path(kept, namespace) + "/" + Json.name(revision.object()),
        Keys.BASELINE,
        baseline.toString());
  }

  /** A configured kind need not be there: neither its CRD nor rights to it. */
  private static List<JsonNode> ifServed(WorkloadKind kind, Supplier<List<JsonNode>> list) {
    try {
      return list.get();
    } catch (ApiCallException e) {
      if (!kind.isBuiltIn() && (e.code() == 404 || e.code() == 403)) {
        return List.of();
      }
      throw e;
    }
  }

  private JsonNode annotate(String path, String annotation, String value) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch.putObject("metadata").putObject("annotations").put(annotation, value);
    return api.mergePatch(path + Paths.write(false), patch);
  }

  private static String path(WorkloadKind kind, String namespace) {
    return Paths.all(kind.group(), kind.version(), namespace, kind.resource());
  }

  private static String path(WorkloadKind.Revisions kept, String namespace) {
    return Paths.all(kept.group(), kept.version(), namespace, kept.resource());
  }
}
