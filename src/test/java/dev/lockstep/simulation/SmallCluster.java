package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.RevisionHistory;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.HeadAdmission;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import dev.lockstep.webhook.Admissions;
import dev.lockstep.webhook.Admissions.Admitted;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.WorkloadWebhook;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One namespace in memory, with both webhooks in front of it. What an API server really does is
 * tested on a real one; here it is what it takes to run many thousands of steps.
 */
final class SmallCluster implements VersionStore, RevisionHistory {
  static final ManagedNamespace SHOP = new ManagedNamespace("shop", Map.of());
  private static final byte[] KEY = "of the property test".getBytes(StandardCharsets.UTF_8);

  final SortedMap<ObjectKey, ObjectNode> objects =
      new TreeMap<>(Comparator.comparing(ObjectKey::toString));
  final Map<String, SimulatedServer> apps = new LinkedHashMap<>();
  final ContentHasher hasher = new ContentHasher(() -> KEY);
  final VersionResolver versions = new VersionResolver(this, hasher, Runnable::run);
  final List<ObjectNode> pods = new ArrayList<>();
  boolean optedIn = true;

  /** Comes before each call to the API server: whoever else is at work may have his turn. */
  Runnable beforeEachCall = () -> {};

  /** Whether a quota refuses every create. */
  boolean full;

  private final Map<ObjectKey, Integer> changes = new HashMap<>();

  /** When each object was made, and written last: by the count of all writes. */
  private final Map<ObjectKey, Long> made = new HashMap<>();

  private final Map<ObjectKey, Long> written = new HashMap<>();
  private long writes;
  private boolean mayWrite = true;
  private final HeadWebhook headWebhook =
      new HeadWebhook(
          new HeadAdmission(this, hasher, versions, Runnable::run),
          name -> optedIn ? Optional.of(SHOP) : Optional.empty(),
          true,
          VersionListener.NONE);
  private final WorkloadWebhook workloadWebhook =
      new WorkloadWebhook(
          new WorkloadAdmission(
              versions,
              this,
              new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN),
              Runnable::run),
          new WorkloadKinds(WorkloadKind.BUILT_IN),
          name -> optedIn ? Optional.of(SHOP) : Optional.empty());

  Optional<ObjectNode> find(ObjectKey id) {
    return Optional.ofNullable(objects.get(id)).map(ObjectNode::deepCopy);
  }

  /** Past admission. */
  void put(ObjectKey id, ObjectNode object) {
    assertThat(mayWrite).as("a dry run writes " + id).isTrue();
    ObjectNode before = objects.put(id, object.deepCopy());
    if (!object.equals(before)) {
      changes.merge(id, 1, Integer::sum);
      written.put(id, ++writes);
      made.putIfAbsent(id, writes);
    }
  }

  ObjectNode remove(ObjectKey id) {
    changes.merge(id, 1, Integer::sum);
    made.remove(id);
    return objects.remove(id);
  }

  /** How often what has or had this name was changed, made or removed. */
  int changes(ObjectKey id) {
    return changes.getOrDefault(id, 0);
  }

  private Optional<ObjectNode> persisted(ObjectKey id) {
    Optional<ObjectNode> there = find(id);
    there.ifPresent(
        object ->
            object.withObject("/metadata").put("resourceVersion", written.get(id).toString()));
    return there;
  }

  /** What the API server would persist for this request. */
  Admitted admit(ObjectKey id, ObjectNode request, boolean dryRun) {
    ObjectNode review =
        review("", id.kind().resource(), id.name(), request, persisted(id), "kubectl", dryRun);
    return watched(dryRun, () -> Admissions.heads(headWebhook, review));
  }

  /** What the API server would persist for this request. */
  Admitted admit(SimulatedServer app, ObjectNode request, String manager, boolean dryRun) {
    ObjectNode review =
        review(
            app.kind.group(),
            app.kind.resource(),
            app.name,
            request,
            app.persisted(),
            manager,
            dryRun);
    return watched(dryRun, () -> Admissions.workloads(workloadWebhook, review));
  }

  private Admitted watched(boolean dryRun, java.util.function.Supplier<Admitted> admission) {
    boolean before = mayWrite;
    mayWrite = before && !dryRun;
    try {
      return admission.get();
    } finally {
      mayWrite = before;
    }
  }

  private ObjectNode review(
      String group,
      String resource,
      String name,
      ObjectNode object,
      Optional<ObjectNode> old,
      String manager,
      boolean dryRun) {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode request = review.putObject("request");
    request.put("uid", "1").put("operation", old.isPresent() ? "UPDATE" : "CREATE");
    request.put("namespace", SHOP.name()).put("name", name).put("dryRun", dryRun);
    request
        .putObject("resource")
        .put("group", group)
        .put("version", "v1")
        .put("resource", resource);
    request.putObject("userInfo").put("username", "jane");
    if (!manager.isEmpty()) {
      request.putObject("options").put("fieldManager", manager);
    }
    request.set("object", object.deepCopy());
    old.ifPresent(there -> request.set("oldObject", there));
    return review;
  }

  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    beforeEachCall.run();
    return find(id).map(object -> object);
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    return versionsOf(head);
  }

  /** As stale as it may be. */
  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    return versionsOf(head).stream()
        .filter(
            o ->
                asOf.isEmpty()
                    || made.get(head.named(KubernetesJson.name(o))) <= Long.parseLong(asOf.get()))
        .filter(
            o ->
                KubernetesJson.label(o, Labels.CONTENT)
                    .filter(content.toString()::equals)
                    .isPresent())
        .toList();
  }

  private List<JsonNode> versionsOf(ObjectKey head) {
    beforeEachCall.run();
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().kind() == head.kind())
        .map(Map.Entry::getValue)
        .filter(
            o ->
                KubernetesJson.label(o, Labels.ROLE)
                    .filter(Labels.VERSION_ROLE::equals)
                    .isPresent())
        .filter(
            o ->
                KubernetesJson.label(o, Labels.HEAD)
                    .filter(Version.headLabel(head.name())::equals)
                    .isPresent())
        .map(o -> (JsonNode) o.deepCopy())
        .toList();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return List.of();
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    beforeEachCall.run();
    if (full) {
      return new Creation.Failed(new ApiServerException(403, "exceeded quota"));
    }
    if (objects.containsKey(id)) {
      return new Creation.NameTaken();
    }
    if (!dryRun) {
      put(id, (ObjectNode) object);
    }
    return new Creation.Created();
  }

  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    ObjectNode request = find(head).orElseThrow();
    request.withObject("/metadata/labels").put(Labels.ROLE, Labels.HEAD_ROLE);
    request
        .withObject("/metadata/annotations")
        .put(Annotations.RESTAMP, givenUp.map(VersionNumber::toString).orElse(""));
    Admitted admitted = admit(head, request, dryRun);
    if (!admitted.isAllowed()) {
      throw new ApiServerException(403, admitted.denial());
    }
    if (!dryRun) {
      put(head, admitted.object());
    }
    return admitted.object();
  }

  @Override
  public void unstamp(ObjectKey head) {
    ObjectNode object = find(head).orElseThrow();
    Stamp.noLabels().keySet().forEach(object.withObject("/metadata/labels")::remove);
    Stamp.noAnnotations().keySet().forEach(object.withObject("/metadata/annotations")::remove);
    put(head, object);
  }

  @Override
  public boolean unmark(ObjectKey version) {
    beforeEachCall.run();
    Optional<ObjectNode> marked = find(version);
    marked.ifPresent(
        object -> {
          object.withObject("/metadata/annotations").remove(Annotations.UNUSED_SINCE);
          put(version, object);
        });
    return marked.isPresent();
  }

  @Override
  public List<Revision> of(WorkloadKind kind, String namespace, JsonNode workload) {
    return apps.get(KubernetesJson.name(workload)).revisions();
  }
}
