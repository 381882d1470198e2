package dev.lockstep.binding;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A Deployment (or Job) in memory behind the workload admission, with its revisions. Each admission
 * is done twice, the second time on the first one's result: nothing more may change.
 */
final class FakeWorkload {
  private static final WorkloadKind KIND = WorkloadKind.BUILT_IN.get(0);
  private static final String APPLY = "kubectl-client-side-apply";
  private static final WorkloadSettings SETTINGS =
      new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN);

  private final FakeCluster cluster;
  private final WorkloadKind kind;
  private final Map<String, String> annotations = new LinkedHashMap<>();
  private final List<RevisionHistory.Revision> revisions = new ArrayList<>();
  private final WorkloadAdmission admission;
  private boolean controlled;
  private int generation;
  private ObjectNode persisted;

  /** How often the list of revisions was read. */
  int lists;

  /** Who sends the requests. */
  String user = "jane";

  /** By the clock of the server; each request comes a second later. */
  Instant now = Instant.parse("2026-01-01T00:00:00Z");

  FakeWorkload(FakeCluster cluster) {
    this(cluster, KIND);
  }

  static FakeWorkload job(FakeCluster cluster) {
    return of(cluster, "batch", "jobs");
  }

  static FakeWorkload of(FakeCluster cluster, String group, String resource) {
    return new FakeWorkload(cluster, WorkloadKinds.with(List.of()).of(group, resource).get());
  }

  FakeWorkload(FakeCluster cluster, WorkloadKind kind) {
    this.cluster = cluster;
    this.kind = kind;
    this.admission =
        new WorkloadAdmission(
            cluster.versions,
            (k, namespace, workload) -> {
              lists++;
              return revisions;
            },
            SETTINGS,
            Runnable::run);
  }

  /** {@code kubectl apply}: names are as in the file, what others wrote stays. */
  WorkloadAdmissionResult apply(String image, String... configMaps) {
    return admit(APPLY, request(image, envFrom("configMapRef", configMaps)));
  }

  /** The same with all references optional. */
  WorkloadAdmissionResult applyOptional(String image, String... configMaps) {
    ObjectNode container = envFrom("configMapRef", configMaps);
    container
        .path("envFrom")
        .forEach(source -> ((ObjectNode) source.path("configMapRef")).put("optional", true));
    return admit(APPLY, request(image, container));
  }

  WorkloadAdmissionResult applySecret(String secret) {
    return admit(APPLY, request("1", envFrom("secretRef", secret)));
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
    return admit(APPLY, request("1", container));
  }

  WorkloadAdmissionResult applyForged(String configMap, String bindings) {
    ObjectNode request = request("1", envFrom("configMapRef", configMap));
    request.withObject("/spec/template/metadata/annotations").put(Annotations.BINDINGS, bindings);
    return admit(APPLY, request);
  }

  /** As {@link #apply}, and what would come of it. */
  ObjectNode dryRun(String image, String... configMaps) {
    ObjectNode request = request(image, envFrom("configMapRef", configMaps));
    return changed(request, decide(APPLY, request, true));
  }

  /** Somebody edits the names alone. */
  WorkloadAdmissionResult setNames(String... configMaps) {
    return change("kubectl-edit", request -> name(request, configMaps));
  }

  /** A program writes the names that it always has written. */
  WorkloadAdmissionResult sync(String... configMaps) {
    return change("", request -> name(request, configMaps));
  }

  static void name(ObjectNode request, String... configMaps) {
    ObjectNode container = (ObjectNode) request.at("/spec/template/spec/containers/0");
    container.set("envFrom", envFrom("configMapRef", configMaps).get("envFrom"));
  }

  WorkloadAdmissionResult restart(String time) {
    return change("kubectl-rollout", request -> restarted(request, time));
  }

  private static void restarted(ObjectNode request, String time) {
    annotateTemplate(request, "kubectl.kubernetes.io/restartedAt", time);
  }

  static void annotateTemplate(ObjectNode request, String key, String value) {
    request.withObject("/spec/template/metadata/annotations").put(key, value);
  }

  /** A restart of a workload on which a re-bind of one head was asked for, and not done yet. */
  WorkloadAdmissionResult restartAndRebind(String time, String head) {
    return change(
        "kubectl-rollout",
        request -> {
          restarted(request, time);
          request.withObject("/metadata/annotations").put(Annotations.REBIND, head);
        });
  }

  WorkloadAdmissionResult setImage(String image) {
    return change("kubectl-set", request -> image(request, image));
  }

  static void image(ObjectNode request, String image) {
    ((ObjectNode) request.at("/spec/template/spec/containers/0")).put("image", image);
  }

  WorkloadAdmissionResult rebind() {
    return rebind("");
  }

  WorkloadAdmissionResult rebind(String value) {
    return change(
        "kubectl-annotate",
        request -> request.withObject("/metadata/annotations").put(Annotations.REBIND, value));
  }

  /** {@code kubectl rollout undo}: the template before this one is the newest again. */
  WorkloadAdmissionResult undo() {
    return undoTo(revisions.size() - 2);
  }

  /**
   * @param revision its place, from the oldest; each that was used again is the newest
   */
  WorkloadAdmissionResult undoTo(int revision) {
    return change(
        "",
        request ->
            ((ObjectNode) request.get("spec"))
                .set("template", revisions.get(revision).template().deepCopy()));
  }

  /** A user interface puts the pod's spec alone. */
  WorkloadAdmissionResult putSpecOf(int revision) {
    return change(
        "",
        request ->
            ((ObjectNode) request.at("/spec/template"))
                .set("spec", revisions.get(revision).template().path("spec").deepCopy()));
  }

  /** The leader marks the revision that nobody meant. */
  void markInBetween(int revision) {
    ((ObjectNode) revisions.get(revision).object())
        .withObject("/metadata/annotations")
        .put(Annotations.IN_BETWEEN, "arrived");
  }

  ObjectNode template(int revision) {
    return revisions.get(revision).template().deepCopy();
  }

  /** Their controller says so in the workload's status. */
  void podsChanged() {
    now = now.plusSeconds(1);
    ArrayNode fields = persisted.withObject("/metadata").putArray("managedFields");
    fields
        .addObject()
        .put("manager", "kube-controller-manager")
        .put("subresource", "status")
        .put("time", now.toString());
  }

  void noteBaseline(int revision, String baseline) {
    ((ObjectNode) revisions.get(revision).object())
        .withObject("/metadata/annotations")
        .put(Annotations.BASELINE, baseline);
  }

  /** Any request that changes what is persisted. */
  WorkloadAdmissionResult change(String manager, Consumer<ObjectNode> change) {
    ObjectNode request = persisted.deepCopy();
    change.accept(request);
    return admit(manager, request);
  }

  /** Deleted and made again, with what it had when it was read. */
  WorkloadAdmissionResult createAgain(ObjectNode exported) {
    persisted = null;
    revisions.clear();
    return admit("kubectl-replace", exported.deepCopy());
  }

  /** Persisted by somebody while no webhook was there. */
  void applyAway(String image, String... configMaps) {
    persist(request(image, envFrom("configMapRef", configMaps)));
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

  private WorkloadAdmissionResult admit(String manager, ObjectNode request) {
    now = now.plusSeconds(1);
    WorkloadAdmissionResult outcome = decide(manager, request, false);
    ObjectNode admitted = changed(request, outcome);
    assertThat(changed(admitted, decide(manager, admitted, false)))
        .as("admitted again")
        .isEqualTo(admitted);
    persist(admitted);
    return outcome;
  }

  private void persist(ObjectNode admitted) {
    boolean isNew =
        persisted == null || !persisted.at(KIND.template()).equals(admitted.at(KIND.template()));
    persisted = admitted.deepCopy();
    if (isNew) {
      generation++;
    }
    persisted.withObject("/metadata").put("generation", generation);
    JsonNode template = admitted.at(KIND.template());
    RevisionHistory.Revision revision =
        revisions.stream()
            .filter(r -> r.template().equals(template))
            .findFirst()
            .orElseGet(() -> revision(template));
    revisions.remove(revision);
    revisions.add(revision);
  }

  private RevisionHistory.Revision revision(JsonNode template) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.withObject("/metadata").put("creationTimestamp", now.toString());
    return new RevisionHistory.Revision(object, template.deepCopy());
  }

  private WorkloadAdmissionResult decide(String manager, ObjectNode request, boolean dryRun) {
    return admission.decide(
        new WorkloadAdmissionRequest(
            kind,
            "my-app",
            request,
            Optional.ofNullable(persisted),
            Optional.of(manager).filter(m -> !m.isEmpty()),
            user,
            now,
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

  String image() {
    return persisted.at("/spec/template/spec/containers/0/image").asText();
  }

  String held() {
    return annotation(Annotations.HELD);
  }

  String annotation(String key) {
    return persisted.at("/metadata/annotations").path(key).asText("");
  }
}
