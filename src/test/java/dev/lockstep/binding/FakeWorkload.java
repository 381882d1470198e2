package dev.lockstep.binding;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Deployment (or Job) in memory behind the workload admission, with its revisions. Each admission
 * is done twice, the second time on the first one's result: nothing more may change.
 */
final class FakeWorkload {
  private static final WorkloadKind KIND = WorkloadKind.BUILT_IN.get(0);
  private static final WorkloadSettings SETTINGS =
      new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN);

  private final FakeCluster cluster;
  private final WorkloadKind kind;
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private final List<RevisionHistory.Revision> revisions = new ArrayList<>();
  private final WorkloadAdmission admission;
  private boolean controlled;
  private ObjectNode persisted;

  FakeWorkload(FakeCluster cluster) {
    this(cluster, KIND);
  }

  static FakeWorkload job(FakeCluster cluster) {
    return new FakeWorkload(cluster, WorkloadKinds.with(List.of()).of("batch", "jobs").get());
  }

  private FakeWorkload(FakeCluster cluster, WorkloadKind kind) {
    this.cluster = cluster;
    this.kind = kind;
    this.admission =
        new WorkloadAdmission(
            cluster.versions, (k, namespace, workload) -> revisions, SETTINGS, Runnable::run);
  }

  /** {@code kubectl apply}: names are as in the file, what others wrote stays. */
  WorkloadAdmissionResult apply(String image, String... configMaps) {
    return admit(request(image, envFrom("configMapRef", configMaps)));
  }

  WorkloadAdmissionResult applySecret(String secret) {
    return admit(request("1", envFrom("secretRef", secret)));
  }

  WorkloadAdmissionResult applyKey(String configMap, String key) {
    ObjectNode container = JsonNodeFactory.instance.objectNode();
    container
        .putArray("env")
        .addObject()
        .put("name", key)
        .putObject("valueFrom")
        .putObject("configMapKeyRef")
        .put("name", configMap)
        .put("key", key);
    return admit(request("1", container));
  }

  WorkloadAdmissionResult applyForged(String configMap, String bindings) {
    ObjectNode request = request("1", envFrom("configMapRef", configMap));
    request.withObject("/spec/template/metadata/annotations").put(Annotations.BINDINGS, bindings);
    return admit(request);
  }

  /** As {@link #apply}, and what would come of it. */
  ObjectNode dryRun(String image, String... configMaps) {
    ObjectNode request = request(image, envFrom("configMapRef", configMaps));
    return changed(request, decide(request, true));
  }

  /** A patch of the names alone. */
  WorkloadAdmissionResult setNames(String... configMaps) {
    ObjectNode request = persisted.deepCopy();
    ObjectNode container = (ObjectNode) request.at("/spec/template/spec/containers/0");
    container.set("envFrom", envFrom("configMapRef", configMaps).get("envFrom"));
    return admit(request);
  }

  WorkloadAdmissionResult restart(String time) {
    ObjectNode request = persisted.deepCopy();
    request
        .withObject("/spec/template/metadata/annotations")
        .put(RestartDetector.RESTARTED_AT, time);
    return admit(request);
  }

  /** A restart of a workload on which a re-bind of one head was asked for, and not done yet. */
  WorkloadAdmissionResult restartAndRebind(String time, String head) {
    ObjectNode request = persisted.deepCopy();
    request
        .withObject("/spec/template/metadata/annotations")
        .put(RestartDetector.RESTARTED_AT, time);
    request.withObject("/metadata/annotations").put(Annotations.REBIND, head);
    return admit(request);
  }

  WorkloadAdmissionResult rebind() {
    ObjectNode request = persisted.deepCopy();
    request.withObject("/metadata/annotations").put(Annotations.REBIND, "");
    return admit(request);
  }

  /** {@code kubectl rollout undo}: the template before this one is the newest again. */
  WorkloadAdmissionResult undo() {
    ObjectNode request = persisted.deepCopy();
    ((ObjectNode) request.get("spec"))
        .set("template", revisions.get(revisions.size() - 2).template());
    return admit(request);
  }

  void annotate(String key, String value) {
    annotations.put(key, value);
  }

  void ownedByAController() {
    controlled = true;
  }

  private static ObjectNode envFrom(String field, String... names) {
    ObjectNode container = JsonNodeFactory.instance.objectNode();
    for (String name : names) {
      container.withArray("/envFrom").addObject().putObject(field).put("name", name);
    }
    return container;
  }

  private ObjectNode request(String image, ObjectNode container) {
    ObjectNode request =
        persisted != null ? persisted.deepCopy() : JsonNodeFactory.instance.objectNode();
    request.withObject("/metadata").put("name", "my-app").put("uid", "1");
    annotations.forEach(request.withObject("/metadata/annotations")::put);
    if (controlled) {
      request.withArray("/metadata/ownerReferences").addObject().put("controller", true);
    }
    request
        .withObject("/spec/template/spec")
        .putArray("containers")
        .add(container.deepCopy().put("name", "app").put("image", image));
    return request;
  }

  private WorkloadAdmissionResult admit(ObjectNode request) {
    WorkloadAdmissionResult outcome = decide(request, false);
    ObjectNode admitted = changed(request, outcome);
    assertThat(changed(admitted, decide(admitted, false))).as("admitted again").isEqualTo(admitted);
    persisted = admitted;
    JsonNode template = admitted.at(KIND.template());
    revisions.removeIf(revision -> revision.template().equals(template));
    revisions.add(
        new RevisionHistory.Revision(JsonNodeFactory.instance.objectNode(), template.deepCopy()));
    return outcome;
  }

  private WorkloadAdmissionResult decide(ObjectNode request, boolean dryRun) {
    return admission.decide(
        new WorkloadAdmissionRequest(
            kind,
            "my-app",
            request,
            Optional.ofNullable(persisted),
            Optional.empty(),
            dryRun,
            cluster.namespace));
  }

  private static ObjectNode changed(ObjectNode request, WorkloadAdmissionResult outcome) {
    ObjectNode admitted = request.deepCopy();
    outcome
        .names()
        .forEach(
            (place, name) -> {
              JsonPointer at = KIND.template().append(place);
              ((ObjectNode) admitted.at(at.head())).put(at.last().getMatchingProperty(), name);
            });
    set(admitted.withObject("/spec/template"), outcome.templateAnnotations());
    set(admitted, outcome.annotations());
    return admitted;
  }

  private static void set(ObjectNode object, Map<String, Optional<String>> entries) {
    ObjectNode values = object.withObject("/metadata/annotations");
    entries.forEach(
        (key, value) -> {
          values.remove(key);
          value.ifPresent(text -> values.put(key, text));
        });
  }

  ObjectNode persisted() {
    return persisted.deepCopy();
  }

  List<String> reads() {
    return Reference.in(persisted.at(KIND.template())).stream().map(r -> r.named().name()).toList();
  }

  String bindings() {
    return persisted
        .at("/spec/template/metadata/annotations")
        .path(Annotations.BINDINGS)
        .asText("");
  }

  String held() {
    return annotation(Annotations.HELD);
  }

  String annotation(String key) {
    return persisted.at("/metadata/annotations").path(key).asText("");
  }
}
