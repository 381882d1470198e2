package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.retention.VersionRepository;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.retention.RetentionCandidate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The versions of a {@link SmallCluster} and their users, as the API server would tell of them. */
final class SmallVersions implements VersionRepository {
  private final SmallCluster cluster;
  private final Clock clock;
  private final Consumer<ObjectKey> deleted;
  private final Map<ObjectKey, Instant> created = new HashMap<>();

  /**
   * @param deleted told of each version that goes
   */
  SmallVersions(SmallCluster cluster, Clock clock, Consumer<ObjectKey> deleted) {
    this.cluster = cluster;
    this.clock = clock;
    this.deleted = deleted;
  }

  /** To be called after each step: what is new was made now. */
  void noteWhatIsNew() {
    created.keySet().retainAll(cluster.objects.keySet());
    cluster.objects.keySet().forEach(id -> created.putIfAbsent(id, clock.instant()));
  }

  @Override
  public List<RetentionCandidate> all(String namespace) {
    cluster.beforeEachCall.run();
    List<RetentionCandidate> all = new ArrayList<>();
    labelled(
        Labels.VERSION_ROLE,
        (id, object) -> RetentionCandidate.of(id.kind(), object).ifPresent(all::add));
    return all;
  }

  @Override
  public Map<HeadRef, JsonNode> heads(String namespace) {
    cluster.beforeEachCall.run();
    Map<HeadRef, JsonNode> heads = new HashMap<>();
    labelled(
        Labels.HEAD_ROLE, (id, object) -> heads.put(new HeadRef(id.kind(), id.name()), object));
    return heads;
  }

  private void labelled(String role, BiConsumer<ObjectKey, JsonNode> action) {
    noteWhatIsNew();
    cluster.objects.forEach(
        (id, object) -> {
          if (KubernetesJson.label(object, Labels.ROLE).filter(role::equals).isPresent()) {
            ObjectNode listed = object.deepCopy();
            listed
                .withObject("/metadata")
                .put("creationTimestamp", created.get(id).toString())
                .put("uid", id.toString())
                .put("resourceVersion", String.valueOf(cluster.changes(id)));
            action.accept(id, listed);
          }
        });
  }

  @Override
  public Set<String> namespaces() {
    return Set.of(SmallCluster.SHOP.name());
  }

  @Override
  public boolean exists(HeadRef head, String namespace) {
    return cluster.get(head.in(namespace)).isPresent();
  }

  @Override
  public void forEachUser(String namespace, Predicate<JsonNode> wantsMore) {
    boolean goesOn =
        listed(cluster.apps.values().stream().flatMap(app -> app.persisted().stream()), wantsMore)
            && listed(
                cluster.apps.values().stream().flatMap(app -> app.revisionObjects().stream()),
                wantsMore);
    if (goesOn) {
      listed(cluster.pods.stream(), wantsMore);
    }
  }

  private boolean listed(Stream<ObjectNode> objects, Predicate<JsonNode> wantsMore) {
    cluster.beforeEachCall.run();
    return objects.map(ObjectNode::deepCopy).toList().stream().allMatch(wantsMore);
  }

  @Override
  public boolean mark(RetentionCandidate version, Instant since) {
    return isVersion(version) && annotate(version, object -> mark(object, since));
  }

  private static void mark(ObjectNode object, Instant since) {
    object.withObject("/metadata/annotations").put(Annotations.UNUSED_SINCE, since.toString());
  }

  @Override
  public void unmark(RetentionCandidate version) {
    annotate(
        version,
        object -> object.withObject("/metadata/annotations").remove(Annotations.UNUSED_SINCE));
  }

  private boolean annotate(RetentionCandidate version, Consumer<ObjectNode> change) {
    cluster.beforeEachCall.run();
    if (!isAsRead(version)) {
      return false;
    }
    ObjectNode object = cluster.find(id(version)).orElseThrow();
    change.accept(object);
    cluster.put(id(version), object);
    return true;
  }

  @Override
  public boolean delete(RetentionCandidate version) {
    if (!isVersion(version)) {
      return false;
    }
    cluster.beforeEachCall.run();
    if (!isAsRead(version)) {
      return false;
    }
    assertThat(cluster.remove(id(version))).isNotNull();
    deleted.accept(id(version));
    return true;
  }

  private boolean isVersion(RetentionCandidate version) {
    return cluster
        .get(id(version))
        .flatMap(object -> Version.of(id(version), object, cluster.hasher))
        .isPresent();
  }

  /** The API server's precondition. */
  private boolean isAsRead(RetentionCandidate version) {
    return cluster.objects.containsKey(id(version))
        && String.valueOf(cluster.changes(id(version))).equals(version.resourceVersion());
  }

  private static ObjectKey id(RetentionCandidate version) {
    return new HeadRef(version.head().kind(), version.name()).in(version.namespace());
  }
}
