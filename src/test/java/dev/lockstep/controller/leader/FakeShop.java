package dev.lockstep.controller.leader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.controller.namespace.OptInTimes;
import dev.lockstep.controller.revision.PodRepository;
import dev.lockstep.controller.revision.RevisionNumbers;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.controller.workload.WorkloadRepository;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.FakeCluster;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One namespace's heads, Deployments and ReplicaSets, and what is told about them. Its admission
 * does what a re-bind asks for, and its Deployment controller is at work at once.
 */
final class FakeShop
    implements HeadRepository,
        WorkloadRepository,
        RevisionRepository,
        PodRepository,
        OptInTimes,
        EventRecorder {
  final List<ObjectNode> deployments = new ArrayList<>();
  final List<ObjectNode> replicaSets = new ArrayList<>();
  final List<String> rebound = new ArrayList<>();
  final List<String> told = new ArrayList<>();

  /** When and by whom a head was changed. */
  final Map<HeadRef, Instant> changed = new HashMap<>();

  final Map<HeadRef, String> changedBy = new HashMap<>();
  final List<HeadRef> followsWhenHeld = new ArrayList<>();

  Instant takenIn = Instant.MIN;
  Instant labelled = Instant.MIN;

  /** Whether a re-bind reaches what it is to reach. */
  boolean obeys = true;

  /** Whether there is a webhook that takes a re-bind's annotation off. */
  boolean answers = true;

  /** What happens just before a workload is read again. */
  Runnable beforeFind = () -> {};

  private final FakeCluster cluster;
  private final Clock clock;
  private long writes;

  FakeShop(FakeCluster cluster, Clock clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  static ObjectNode naming(String name, String... configMaps) {
    ObjectNode workload = JsonNodeFactory.instance.objectNode();
    workload.put("kind", "Deployment");
    workload.withObject("/metadata").put("name", name).put("uid", name).put("namespace", "shop");
    var envFrom =
        workload
            .withObject("/spec/template/spec")
            .putArray("containers")
            .addObject()
            .putArray("envFrom");
    for (String configMap : configMaps) {
      envFrom.addObject().putObject("configMapRef").put("name", configMap);
    }
    return workload;
  }

  /** One whose first revision is there. */
  ObjectNode deployment(String name, String... configMaps) {
    ObjectNode deployment = naming(name, configMaps);
    write(deployment);
    deployments.add(deployment);
    revisionOf(deployment);
    return deployment;
  }

  ObjectNode bound(String name, String... configMaps) {
    ObjectNode deployment = naming(name, configMaps);
    for (String configMap : configMaps) {
      bind(deployment, new HeadRef(HeadKind.CONFIG_MAP, configMap), VersionNumber.FIRST);
    }
    write(deployment);
    deployments.add(deployment);
    revisionOf(deployment);
    return deployment;
  }

  private void write(ObjectNode object) {
    object.withObject("/metadata").put("resourceVersion", Long.toString(++writes));
  }

  static void annotate(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
  }

  static void bind(ObjectNode workload, HeadRef head, VersionNumber number) {
    JsonNode template = workload.at("/spec/template");
    SortedMap<HeadRef, VersionNumber> bindings = new TreeMap<>(Bindings.of(template).versions());
    Optional<String> before =
        Optional.ofNullable(bindings.get(head)).map(n -> head.version(n).name());
    for (Reference reference : Reference.in(template)) {
      String named = reference.named().name();
      if (named.equals(head.name()) || before.filter(named::equals).isPresent()) {
        ((ObjectNode) template.at(reference.place().head()))
            .put("name", head.version(number).name());
      }
    }
    bindings.put(head, number);
    workload
        .withObject("/spec/template/metadata/annotations")
        .put(Annotations.BINDINGS, new Bindings(bindings).toString());
  }

  /** What a Deployment's controller makes of its template. */
  ObjectNode revisionOf(ObjectNode deployment) {
    Optional<ObjectNode> same =
        replicaSets.stream()
            .filter(set -> RevisionNumbers.isOwnedBy(set, deployment.at("/metadata/uid").asText()))
            .filter(set -> set.at("/spec/template").equals(deployment.at("/spec/template")))
            .findFirst();
    ObjectNode set = same.orElseGet(() -> newRevision(deployment));
    long highest =
        replicaSets.stream()
            .filter(other -> other != set)
            .filter(other -> RevisionNumbers.isOwnedBy(other, KubernetesJson.name(deployment)))
            .mapToLong(other -> RevisionNumbers.of(WorkloadKind.REPLICA_SETS, other))
            .max()
            .orElse(0);
    annotate(set, RevisionNumbers.OF_REPLICA_SET, Long.toString(Math.max(highest, 0) + 1));
    return set;
  }

  private ObjectNode newRevision(ObjectNode deployment) {
    ObjectNode set = JsonNodeFactory.instance.objectNode();
    String name = KubernetesJson.name(deployment) + "-" + replicaSets.size();
    set.withObject("/metadata")
        .put("name", name)
        .put("uid", name)
        .put("namespace", "shop")
        .put("creationTimestamp", clock.instant().toString());
    set.withArray("/metadata/ownerReferences")
        .addObject()
        .put("uid", deployment.at("/metadata/uid").asText())
        .put("controller", true);
    set.withObject("/spec").set("template", deployment.at("/spec/template").deepCopy());
    replicaSets.add(set);
    return set;
  }

  @Override
  public Map<HeadRef, CurrentHead> current(ManagedNamespace namespace) {
    Map<HeadRef, CurrentHead> current = new HashMap<>();
    for (String name : cluster.names()) {
      ObjectKey id = FakeCluster.configMap(name);
      HeadRef head = new HeadRef(HeadKind.CONFIG_MAP, name);
      cluster
          .find(id)
          .filter(
              object ->
                  KubernetesJson.label(object, Labels.ROLE).filter("head"::equals).isPresent())
          .flatMap(object -> KubernetesJson.label(object, Labels.VERSION))
          .flatMap(VersionNumber::parse)
          .ifPresent(
              number ->
                  current.put(
                      head,
                      new CurrentHead(
                          number,
                          Optional.ofNullable(changedBy.get(head)),
                          Optional.ofNullable(changed.get(head)),
                          followsWhenHeld.contains(head))));
    }
    return current;
  }

  @Override
  public Map<HeadRef, List<MadeVersion>> versions(ManagedNamespace namespace) {
    Map<HeadRef, List<MadeVersion>> versions = new HashMap<>();
    for (HeadRef head : current(namespace).keySet()) {
      cluster.metadataOfVersions(head.in("shop")).stream()
          .filter(version -> KubernetesJson.created(version).isPresent())
          .map(
              version ->
                  new MadeVersion(
                      KubernetesJson.label(version, Labels.VERSION)
                          .flatMap(VersionNumber::parse)
                          .orElseThrow(),
                      KubernetesJson.created(version).orElseThrow(),
                      Optional.empty()))
          .sorted()
          .forEach(made -> versions.computeIfAbsent(head, h -> new ArrayList<>()).add(made));
    }
    return versions;
  }

  @Override
  public void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action) {
    if (kind == HeadKind.CONFIG_MAP) {
      cluster.names().forEach(name -> cluster.find(FakeCluster.configMap(name)).ifPresent(action));
    }
  }

  @Override
  public List<JsonNode> all(WorkloadKind kind, String namespace) {
    return kind.resource().equals("deployments") ? copies(deployments) : List.of();
  }

  private static List<JsonNode> copies(List<ObjectNode> objects) {
    return objects.stream().map(object -> (JsonNode) object.deepCopy()).toList();
  }

  @Override
  public Optional<JsonNode> find(WorkloadKind kind, String namespace, String name) {
    beforeFind.run();
    return all(kind, namespace).stream()
        .filter(d -> KubernetesJson.name(d).equals(name))
        .findFirst();
  }

  private Optional<ObjectNode> unchanged(JsonNode workload) {
    return deployments.stream()
        .filter(d -> KubernetesJson.name(d).equals(KubernetesJson.name(workload)))
        .filter(
            d -> d.at("/metadata/resourceVersion").equals(workload.at("/metadata/resourceVersion")))
        .findFirst();
  }

  @Override
  public Optional<JsonNode> rebind(WorkloadKind kind, JsonNode workload, String request) {
    Optional<ObjectNode> found = unchanged(workload);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode deployment = found.get();
    rebound.add(KubernetesJson.name(deployment) + " " + request);
    if (!answers) {
      annotate(deployment, Annotations.REBIND, request);
    } else if (obeys) {
      HeadRef.parseList(request.substring(request.indexOf(':') + 1))
          .forEach(head -> bind(deployment, head, current(FakeCluster.SHOP).get(head).number()));
      deployment.withObject("/metadata/annotations").remove(Annotations.WAITING);
      write(deployment);
      revisionOf(deployment);
    }
    return Optional.of(deployment.deepCopy());
  }

  @Override
  public boolean annotate(
      WorkloadKind kind, JsonNode workload, Map<String, Optional<String>> annotations) {
    Optional<ObjectNode> found = unchanged(workload);
    found.ifPresent(
        deployment -> {
          set(deployment, annotations);
          write(deployment);
        });
    return found.isPresent();
  }

  private static void set(ObjectNode object, Map<String, Optional<String>> annotations) {
    ObjectNode values = object.withObject("/metadata/annotations");
    annotations.forEach(
        (key, value) -> {
          values.remove(key);
          value.ifPresent(text -> values.put(key, text));
        });
  }

  @Override
  public List<Revision> all(WorkloadKind.Revisions kept, String namespace) {
    return numbered(kept, namespace).stream()
        .map(set -> new Revision(set, set.at("/spec/template")))
        .toList();
  }

  @Override
  public List<JsonNode> numbered(WorkloadKind.Revisions kept, String namespace) {
    return kept.equals(WorkloadKind.REPLICA_SETS) ? copies(replicaSets) : List.of();
  }

  @Override
  public List<Revision> of(WorkloadKind kind, JsonNode workload) {
    return all(WorkloadKind.REPLICA_SETS, "shop").stream()
        .filter(
            set -> RevisionNumbers.isOwnedBy(set.object(), workload.at("/metadata/uid").asText()))
        .toList();
  }

  private ObjectNode replicaSet(JsonNode revision) {
    return replicaSets.stream()
        .filter(set -> KubernetesJson.name(set).equals(KubernetesJson.name(revision)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public boolean annotate(
      WorkloadKind.Revisions kept, JsonNode revision, Map<String, Optional<String>> annotations) {
    set(replicaSet(revision), annotations);
    return true;
  }

  @Override
  public void putLast(WorkloadKind.Revisions kept, JsonNode revision) {
    annotate(
        replicaSet(revision),
        RevisionNumbers.OF_REPLICA_SET,
        Long.toString(RevisionNumbers.LAST_REPLICA_SET));
  }

  /** The numbers of a Deployment's revisions, the oldest first. */
  List<String> numbersOf(String deployment) {
    return replicaSets.stream()
        .filter(set -> RevisionNumbers.isOwnedBy(set, deployment))
        .map(set -> KubernetesJson.annotation(set, RevisionNumbers.OF_REPLICA_SET).orElse(""))
        .toList();
  }

  @Override
  public List<JsonNode> of(JsonNode workload) {
    return List.of();
  }

  @Override
  public void delete(JsonNode pod) {
    throw new UnsupportedOperationException();
  }

  @Override
  public OptIn of(String namespace) {
    return new OptIn(labelled, takenIn);
  }

  @Override
  public void tell(JsonNode object, Severity severity, String reason, String message) {
    told.add(reason + " " + KubernetesJson.name(object) + ": " + message);
  }
}
