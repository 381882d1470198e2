package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Objects in memory behind the head admission, for tests of the rules alone. What an API server
 * really does is tested on a real one.
 */
public final class FakeCluster implements VersionStore {
  public static final ManagedNamespace SHOP = new ManagedNamespace("shop", Map.of());
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private final SortedMap<String, ObjectNode> objects = new TreeMap<>();
  private final Map<String, ObjectKey> ids = new TreeMap<>();

  /** Calls that were made, such as {@code get configmap/app-config}; to be cleared at will. */
  public final List<String> calls = new ArrayList<>();

  /** Creates that somebody's rule refuses. */
  public Predicate<ObjectKey> refused = id -> false;

  /** The namespace's ResourceQuotas; nothing here counts for them. */
  public final List<JsonNode> quotas = new ArrayList<>();

  /** What somebody else does just before a mark is taken off. */
  public Consumer<ObjectKey> beforeUnmark = id -> {};

  private Optional<Instant> createdAt = Optional.empty();

  public ManagedNamespace namespace = SHOP;
  public final ContentHasher hasher = new ContentHasher(() -> KEY);
  public final VersionResolver versions = new VersionResolver(this, hasher, Runnable::run);
  public final HeadAdmission admission = new HeadAdmission(this, hasher, versions, Runnable::run);

  public static ObjectKey configMap(String name) {
    return new ObjectKey(HeadKind.CONFIG_MAP, "shop", name);
  }

  public static ObjectKey secret(String name) {
    return new ObjectKey(HeadKind.SECRET, "shop", name);
  }

  /** An object as a client would send it. */
  public static ObjectNode object(ObjectKey id, Map<String, String> data) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put("kind", id.kind().kind());
    object.putObject("metadata").put("name", id.name()).put("namespace", id.namespace());
    ObjectNode values = object.putObject("data");
    data.forEach(
        (key, value) -> values.put(key, id.kind() == HeadKind.SECRET ? base64(value) : value));
    if (id.kind() == HeadKind.SECRET) {
      object.put("type", "Opaque");
    }
    return object;
  }

  private static String base64(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }

  /** A client's write with new data, metadata as it was: {@code kubectl apply}. */
  public ObjectNode write(ObjectKey id, Map<String, String> data) {
    ObjectNode object = object(id, data);
    find(id).ifPresent(old -> object.set("metadata", old.get("metadata").deepCopy()));
    return admit(id, object, false);
  }

  /** A client's write, through admission. */
  public ObjectNode admit(ObjectKey id, ObjectNode object, boolean dryRun) {
    HeadAdmissionResult outcome =
        admission.decide(
            new HeadAdmissionRequest(id, object, find(id), Optional.of("jane"), dryRun, namespace));
    ObjectNode admitted = object.deepCopy();
    if (outcome instanceof HeadAdmissionResult.Stamped stamped) {
      set(admitted, "labels", stamped.stamp().labels());
      set(admitted, "annotations", stamped.stamp().annotations());
    } else if (outcome instanceof HeadAdmissionResult.Unstamped) {
      set(admitted, "labels", Stamp.noLabels());
      set(admitted, "annotations", Stamp.noAnnotations());
    }
    if (!dryRun) {
      put(id, admitted);
    }
    return admitted;
  }

  private static void set(ObjectNode object, String map, Map<String, Optional<String>> entries) {
    ObjectNode values = object.withObject("/metadata/" + map);
    entries.forEach(
        (key, value) -> {
          values.remove(key);
          value.ifPresent(text -> values.put(key, text));
        });
  }

  /** When what is created from now on was created; without it, objects do not say. */
  public void createdAt(Instant time) {
    createdAt = Optional.of(time);
  }

  /** Persists an object past admission: written while Lockstep was away. */
  public void put(ObjectKey id, ObjectNode object) {
    objects.put(id.toString(), object.deepCopy());
    ids.put(id.toString(), id);
  }

  public void delete(ObjectKey id) {
    objects.remove(id.toString());
    ids.remove(id.toString());
  }

  public Optional<JsonNode> find(ObjectKey id) {
    return Optional.ofNullable(objects.get(id.toString())).map(ObjectNode::deepCopy);
  }

  /** Names of everything there is, sorted. */
  public List<String> names() {
    return ids.values().stream().map(ObjectKey::name).sorted().toList();
  }

  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    calls.add("get " + id.name());
    return find(id);
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    calls.add("list " + head.name());
    return versionsOf(head);
  }

  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    calls.add("find " + head.name());
    return versionsOf(head).stream()
        .filter(
            o ->
                KubernetesJson.label(o, Labels.CONTENT)
                    .filter(content.toString()::equals)
                    .isPresent())
        .toList();
  }

  private List<JsonNode> versionsOf(ObjectKey head) {
    return ids.values().stream()
        .filter(id -> id.kind() == head.kind() && id.namespace().equals(head.namespace()))
        .map(id -> find(id).orElseThrow())
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
        .toList();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    calls.add("quotas");
    return quotas;
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    calls.add((dryRun ? "try " : "create ") + id.name());
    if (refused.test(id)) {
      return new Creation.Failed(new ApiServerException(403, "exceeded quota"));
    }
    if (objects.containsKey(id.toString())) {
      return new Creation.NameTaken();
    }
    if (!dryRun) {
      ObjectNode created = object.deepCopy();
      createdAt.ifPresent(
          time -> created.withObject("/metadata").put("creationTimestamp", time.toString()));
      put(id, created);
    }
    return new Creation.Created();
  }

  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    calls.add("stamp " + head.name());
    ObjectNode object = (ObjectNode) find(head).orElseThrow();
    object
        .withObject("/metadata/annotations")
        .put(Annotations.RESTAMP, givenUp.map(VersionNumber::toString).orElse(""));
    try {
      return admit(head, object, dryRun);
    } catch (AdmissionDeniedException denial) {
      // As the API server passes it on to who asked.
      throw new ApiServerException(denial.code(), denial.getMessage());
    }
  }

  @Override
  public void unstamp(ObjectKey head) {
    calls.add("unstamp " + head.name());
    ObjectNode object = (ObjectNode) find(head).orElseThrow();
    set(object, "labels", Stamp.noLabels());
    set(object, "annotations", Stamp.noAnnotations());
    put(head, object);
  }

  @Override
  public boolean unmark(ObjectKey version) {
    calls.add("unmark " + version.name());
    beforeUnmark.accept(version);
    Optional<JsonNode> found = find(version);
    found.ifPresent(
        object -> {
          ((ObjectNode) object)
              .withObject("/metadata/annotations")
              .remove(Annotations.UNUSED_SINCE);
          put(version, (ObjectNode) object);
        });
    return found.isPresent();
  }
}
