package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.admission.Admissions;
import dev.lockstep.admission.Admissions.Admitted;
import dev.lockstep.admission.HeadWebhook;
import dev.lockstep.admission.WorkloadWebhook;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Revisions;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.ContentHash;
import dev.lockstep.version.ContentHasher;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.HeadAdmission;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
import dev.lockstep.version.Stamp;
import dev.lockstep.version.Version;
import dev.lockstep.version.VersionListener;
import dev.lockstep.version.VersionNumber;
import dev.lockstep.version.VersionStore;
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
final class SmallCluster implements VersionStore, Revisions {
  static final OptedIn SHOP = new OptedIn("shop", Map.of());
  private static final byte[] KEY = "of the property test".getBytes(StandardCharsets.UTF_8);

  final SortedMap<ObjectId, ObjectNode> objects =
      new TreeMap<>(Comparator.comparing(ObjectId::toString));
  final Map<String, App> apps = new LinkedHashMap<>();
  final ContentHasher hasher = new ContentHasher(() -> KEY);
  final CurrentVersions versions = new CurrentVersions(this, hasher, Runnable::run);
  final List<ObjectNode> pods = new ArrayList<>();
  boolean optedIn = true;

  /** Comes before each call to the API server: whoever else is at work may have his turn. */
  Runnable beforeEachCall = () -> {};

  /** Whether a quota refuses every create. */
  boolean full;

  private final Map<ObjectId, Integer> changes = new HashMap<>();

  /** When each object was made, and written last: by the count of all writes. */
  private final Map<ObjectId, Long> made = new HashMap<>();

  private final Map<ObjectId, Long> written = new HashMap<>();
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

  Optional<ObjectNode> find(ObjectId id) {
    return Optional.ofNullable(objects.get(id)).map(ObjectNode::deepCopy);
  }

  /** Past admission. */
  void put(ObjectId id, ObjectNode object) {
    assertThat(mayWrite).as("a dry run writes " + id).isTrue();
    ObjectNode before = objects.put(id, object.deepCopy());
    if (!object.equals(before)) {
      changes.merge(id, 1, Integer::sum);
      written.put(id, ++writes);
      made.putIfAbsent(id, writes);
    }
  }

  ObjectNode remove(ObjectId id) {
    changes.merge(id, 1, Integer::sum);
    made.remove(id);
    return objects.remove(id);
  }

  /** How often what has or had this name was changed, made or removed. */
  int changes(ObjectId id) {
    return changes.getOrDefault(id, 0);
  }

  private Optional<ObjectNode> persisted(ObjectId id) {
    Optional<ObjectNode> there = find(id);
    there.ifPresent(
        object ->
            object.withObject("/metadata").put("resourceVersion", written.get(id).toString()));
    return there;
  }

  /** What the API server would persist for this request. */
  Admitted admit(ObjectId id, ObjectNode request, boolean dryRun) {
    ObjectNode review =
        review("", id.kind().resource(), id.name(), request, persisted(id), "kubectl", dryRun);
    return watched(dryRun, () -> Admissions.heads(headWebhook, review));
  }

  /** What the API server would persist for this request. */
  Admitted admit(App app, ObjectNode request, String manager, boolean dryRun) {
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
  public Optional<JsonNode> get(ObjectId id) {
    beforeEachCall.run();
    return find(id).map(object -> object);
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectId head) {
    return versionsOf(head);
  }

  /** As stale as it may be. */
  @Override
  public List<JsonNode> versionsWith(ObjectId head, ContentHash content, Optional<String> asOf) {
    return versionsOf(head).stream()
        .filter(
            o -> asOf.isEmpty() || made.get(head.named(Json.name(o))) <= Long.parseLong(asOf.get()))
        .filter(o -> Json.label(o, Keys.CONTENT).filter(content.toString()::equals).isPresent())
        .toList();
  }

  private List<JsonNode> versionsOf(ObjectId head) {
    beforeEachCall.run();
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().kind() == head.kind())
        .map(Map.Entry::getValue)
        .filter(o -> Json.label(o, Keys.ROLE).filter(Keys.VERSION_ROLE::equals).isPresent())
        .filter(
            o ->
                Json.label(o, Keys.HEAD).filter(Version.headLabel(head.name())::equals).isPresent())
        .map(o -> (JsonNode) o.deepCopy())
        .toList();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return List.of();
  }

  @Override
  public Creation create(ObjectId id, JsonNode object, boolean dryRun) {
    beforeEachCall.run();
    if (full) {
      return new Creation.Failed(new ApiCallException(403, "exceeded quota"));
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
  public JsonNode requestStamp(ObjectId head, Optional<VersionNumber> givenUp, boolean dryRun) {
    ObjectNode request = find(head).orElseThrow();
    request.withObject("/metadata/labels").put(Keys.ROLE, Keys.HEAD_ROLE);
    request
        .withObject("/metadata/annotations")
        .put(Keys.RESTAMP, givenUp.map(VersionNumber::toString).orElse(""));
    Admitted admitted = admit(head, request, dryRun);
    if (!admitted.isAllowed()) {
      throw new ApiCallException(403, admitted.denial());
    }
    if (!dryRun) {
      put(head, admitted.object());
    }
    return admitted.object();
  }

  @Override
  public void unstamp(ObjectId head) {
    ObjectNode object = find(head).orElseThrow();
    Stamp.noLabels().keySet().forEach(object.withObject("/metadata/labels")::remove);
    Stamp.noAnnotations().keySet().forEach(object.withObject("/metadata/annotations")::remove);
    put(head, object);
  }

  @Override
  public boolean unmark(ObjectId version) {
    beforeEachCall.run();
    Optional<ObjectNode> marked = find(version);
    marked.ifPresent(
        object -> {
          object.withObject("/metadata/annotations").remove(Keys.UNUSED_SINCE);
          put(version, object);
        });
    return marked.isPresent();
  }

  @Override
  public List<Revision> of(WorkloadKind kind, String namespace, JsonNode workload) {
    return apps.get(Json.name(workload)).revisions();
  }
}
