package dev.lockstep.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A workload in memory with its revisions, and the requests that kubectl makes for it. */
final class SimulatedServer {
  private static final int HISTORY = 6;

  /** As many names as {@link #template} has places for. */
  static final int PLACES = 5;

  final WorkloadKind kind;
  final String name;
  private final List<ObjectNode> revisions = new ArrayList<>();
  private ObjectNode persisted;

  SimulatedServer(WorkloadKind kind, String name) {
    this.kind = kind;
    this.name = name;
  }

  Optional<ObjectNode> persisted() {
    return Optional.ofNullable(persisted).map(ObjectNode::deepCopy);
  }

  boolean exists() {
    return persisted != null;
  }

  List<Reference> references() {
    return exists() ? Reference.in(persisted.at(kind.template())) : List.of();
  }

  /** Persists it, and does what its controller does then. */
  void put(ObjectNode object) {
    persisted = object.deepCopy();
    if (kind.revisions().isEmpty()) {
      return;
    }
    ObjectNode template = (ObjectNode) persisted.at(kind.template());
    ObjectNode newest =
        revisions.stream()
            .filter(revision -> template(revision).equals(template))
            .findFirst()
            .orElseGet(() -> revision(template));
    revisions.remove(newest);
    revisions.add(newest);
    if (revisions.size() > HISTORY) {
      revisions.remove(0);
    }
    if (isDeployment()) {
      // The deployment controller adds and never removes.
      newest
          .withObject("/metadata/annotations")
          .setAll(persisted.withObject("/metadata/annotations").deepCopy());
    }
  }

  private ObjectNode revision(ObjectNode template) {
    ObjectNode revision = JsonNodeFactory.instance.objectNode();
    String parent = isDeployment() ? "/spec" : "/data/spec";
    ObjectNode kept = template.deepCopy();
    if (!isDeployment()) {
      kept.put("$patch", "replace");
    }
    revision.withObject(parent).set("template", kept);
    return revision;
  }

  private ObjectNode template(ObjectNode revision) {
    ObjectNode template =
        (ObjectNode) revision.at(kind.revisions().orElseThrow().template()).deepCopy();
    template.remove("$patch");
    return template;
  }

  private boolean isDeployment() {
    return kind.revisions().filter(WorkloadKind.REPLICA_SETS::equals).isPresent();
  }

  void delete() {
    persisted = null;
    revisions.clear();
  }

  List<ObjectNode> revisionObjects() {
    return revisions;
  }

  List<Revision> revisions() {
    List<Revision> list = new ArrayList<>();
    for (ObjectNode revision : revisions) {
      list.add(new Revision(revision, revision.at(kind.revisions().orElseThrow().template())));
    }
    return list;
  }

  /** What is noted on the revision with this template. */
  String baselineOf(JsonNode template) {
    return revisions.stream()
        .filter(revision -> template(revision).equals(template))
        .findFirst()
        .flatMap(revision -> KubernetesJson.annotation(revision, Annotations.BASELINE))
        .orElse("");
  }

  /** {@code kubectl rollout undo}: a Deployment gets the ReplicaSet's annotations along. */
  ObjectNode undo(int revision) {
    ObjectNode request = persisted.deepCopy();
    ((ObjectNode) request.get("spec")).set("template", template(revisions.get(revision)));
    if (isDeployment()) {
      ((ObjectNode) request.get("metadata"))
          .set(
              "annotations",
              revisions.get(revision).withObject("/metadata/annotations").deepCopy());
    }
    return request;
  }

  /** {@code kubectl apply}: what the file does not have stays. */
  ObjectNode apply(String image, List<String> names) {
    ObjectNode request = exists() ? persisted.deepCopy() : bare();
    request.withObject("/spec/template").set("spec", spec(image, names));
    return request;
  }

  /** {@code kubectl replace}. */
  ObjectNode replace(String image, List<String> names) {
    ObjectNode request = bare();
    request.withObject("/spec/template").set("spec", spec(image, names));
    return request;
  }

  ObjectNode withName(Reference reference, String newName) {
    ObjectNode request = persisted.deepCopy();
    var place = kind.template().append(reference.place());
    ((ObjectNode) request.at(place.head())).put(place.last().getMatchingProperty(), newName);
    return request;
  }

  private ObjectNode bare() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", kind.kind());
    object.putObject("metadata").put("name", name).put("uid", name);
    return object;
  }

  /** An empty name leaves its place out. */
  private static JsonNode spec(String image, List<String> names) {
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    ObjectNode container = spec.putArray("containers").addObject();
    container.put("name", "app").put("image", image);
    if (!names.get(0).isEmpty()) {
      container
          .withArray("/envFrom")
          .addObject()
          .putObject("configMapRef")
          .put("name", names.get(0));
    }
    if (!names.get(1).isEmpty()) {
      ObjectNode env = container.withArray("/env").addObject().put("name", "KEY");
      env.withObject("/valueFrom/configMapKeyRef").put("name", names.get(1)).put("key", "KEY");
    }
    if (!names.get(2).isEmpty()) {
      ObjectNode volume = spec.withArray("/volumes").addObject().put("name", "v");
      ObjectNode source = volume.withObject("/projected").putArray("sources").addObject();
      source.putObject("configMap").put("name", names.get(2)).put("optional", true);
    }
    if (!names.get(3).isEmpty()) {
      container.withArray("/envFrom").addObject().putObject("secretRef").put("name", names.get(3));
    }
    if (!names.get(4).isEmpty()) {
      ObjectNode volume = spec.withArray("/volumes").addObject().put("name", "s");
      volume.putObject("secret").put("secretName", names.get(4));
    }
    return spec;
  }
}
