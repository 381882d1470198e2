package dev.lockstep.controller.head;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.OldestVersions;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.namespace.RevisionAnnotations;
import dev.lockstep.controller.workload.WorkloadCounts;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeadControllerTest {
  private static final ObjectKey CONFIG = configMap("app-config");
  private static final String BOUND = "configmap/app-config=v000";
  private static final HeadRef HEAD = new HeadRef(HeadKind.CONFIG_MAP, "app-config");

  private final FakeCluster cluster = new FakeCluster();
  private final Shop shop = new Shop();
  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private boolean optedIn = true;

  private final HeadController reconciler =
      new HeadController(
          cluster,
          cluster.versions,
          name -> optedIn ? Optional.of(FakeCluster.SHOP) : Optional.<ManagedNamespace>empty(),
          new HeadController.Known(() -> List.of(CONFIG), () -> List.of("shop")),
          new HeadController.Ports(shop, shop, shop, shop),
          new HeadController.Manner(
              WorkloadKinds.with(List.of()),
              new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN),
              true,
              Duration.ZERO,
              1000),
          executor,
          executor);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  /** One namespace's heads, Deployments and ReplicaSets, and what is told about them. */
  private final class Shop
      implements HeadRepository, WorkloadRepository, RevisionAnnotations, EventRecorder {
    final List<ObjectNode> deployments = new ArrayList<>();
    final List<ObjectNode> replicaSets = new ArrayList<>();
    final List<String> rebound = new ArrayList<>();
    final List<String> told = new ArrayList<>();

    /** How often somebody went through all Deployments. */
    int passes;

    /** Whether a re-bind reaches what it is to reach. */
    boolean obeys = true;

    @Override
    public Map<HeadRef, VersionNumber> current(ManagedNamespace namespace) {
      Map<HeadRef, VersionNumber> current = new HashMap<>();
      cluster
          .find(CONFIG)
          .flatMap(head -> KubernetesJson.label(head, Labels.VERSION))
          .flatMap(VersionNumber::parse)
          .ifPresent(number -> current.put(HEAD, number));
      return current;
    }

    @Override
    public OldestVersions beginnings(ManagedNamespace namespace) {
      return new OldestVersions(Map.of());
    }

    @Override
    public void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action) {
      if (kind == HeadKind.CONFIG_MAP) {
        cluster.find(CONFIG).ifPresent(action);
      }
    }

    @Override
    public List<JsonNode> metadata(WorkloadKind kind, String namespace) {
      List<JsonNode> metadata = new ArrayList<>();
      for (JsonNode workload : all(kind, namespace)) {
        metadata.add(((ObjectNode) workload.deepCopy()).without("spec"));
      }
      return metadata;
    }

    @Override
    public List<JsonNode> all(WorkloadKind kind, String namespace) {
      if (!kind.resource().equals("deployments")) {
        return List.of();
      }
      passes++;
      return List.copyOf(deployments);
    }

    @Override
    public JsonNode rebind(WorkloadKind kind, String namespace, String name, Set<HeadRef> heads) {
      rebound.add(name + " " + HeadRef.list(heads));
      ObjectNode workload =
          deployments.stream()
              .filter(d -> KubernetesJson.name(d).equals(name))
              .findFirst()
              .orElseThrow();
      if (obeys) {
        bind(workload, current(FakeCluster.SHOP).get(HEAD));
        workload.withObject("/metadata/annotations").remove(Annotations.WAITING);
      }
      return workload;
    }

    @Override
    public List<Revision> all(WorkloadKind.Revisions kept, String namespace) {
      return kept.equals(WorkloadKind.REPLICA_SETS)
          ? replicaSets.stream().map(set -> new Revision(set, set.at("/spec/template"))).toList()
          : List.of();
    }

    @Override
    public void note(WorkloadKind.Revisions kept, Revision revision, Bindings baseline) {
      ((ObjectNode) revision.object())
          .withObject("/metadata/annotations")
          .put(Annotations.BASELINE, baseline.toString());
    }

    @Override
    public void tell(JsonNode object, Severity severity, String reason, String message) {
      told.add(reason + " " + KubernetesJson.name(object) + ": " + message);
    }
  }

  private static ObjectNode naming(String name, String configMap) {
    ObjectNode workload = JsonNodeFactory.instance.objectNode();
    workload.withObject("/metadata").put("name", name).put("uid", name).put("namespace", "shop");
    workload
        .withObject("/spec/template/spec")
        .putArray("containers")
        .addObject()
        .putArray("envFrom")
        .addObject()
        .putObject("configMapRef")
        .put("name", configMap);
    return workload;
  }

  private static void bind(ObjectNode workload, VersionNumber number) {
    ((ObjectNode) workload.at("/spec/template/spec/containers/0/envFrom/0/configMapRef"))
        .put("name", HEAD.version(number).name());
    workload
        .withObject("/spec/template/metadata/annotations")
        .put(Annotations.BINDINGS, HEAD + "=" + number);
  }

  private ObjectNode deployment(String name) {
    ObjectNode deployment = naming(name, "app-config");
    shop.deployments.add(deployment);
    return deployment;
  }

  private ObjectNode bound(String name) {
    ObjectNode deployment = deployment(name);
    bind(deployment, VersionNumber.FIRST);
    return deployment;
  }

  private static void annotate(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
  }

  private void config(String value) {
    cluster.write(CONFIG, Map.of("FOO", value));
  }

  /** Until all that was set off is done: everything runs on one thread, in turn. */
  private void settle() {
    for (int turn = 0; turn < 5; turn++) {
      await().until(executor.submit(() -> {})::isDone);
    }
  }

  private void changed() {
    reconciler.headChanged(CONFIG);
    settle();
  }

  private void lead() {
    reconciler.startLeading();
    settle();
  }

  @Test
  void whoeverDoesNotLeadDoesNothing() {
    config("a");
    annotate(bound("my-app"), Annotations.ROLLOUT, "auto");
    config("b");
    reconciler.headAdded(CONFIG);
    reconciler.namespaceOptedIn("shop");
    reconciler.namespaceChanged("shop");
    reconciler.namespaceOptedOut("shop");
    settle();
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).isEmpty();
    assertThat(cluster.names()).doesNotContain("app-config-v001");
  }

  @Test
  void aHeadsCurrentVersionIsMade() {
    config("a");
    lead();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
    config("b");
    changed();
    assertThat(cluster.names()).contains("app-config-v001");
  }

  @Test
  void whoeverStopsLeadingDoesNothingMore() {
    config("a");
    lead();
    reconciler.stopLeading();
    config("b");
    changed();
    assertThat(cluster.names()).doesNotContain("app-config-v001");
  }

  @Test
  void whatWaitedIsBoundWhenItsHeadComes() {
    lead();
    annotate(deployment("my-app"), Annotations.WAITING, "configmap/app-config");
    config("a");
    reconciler.headAdded(CONFIG);
    settle();
    assertThat(shop.rebound).containsExactly("my-app configmap/app-config");
    assertThat(shop.told).containsExactly("Rebound my-app: bound to " + BOUND);
  }

  @Test
  void aBareReferenceThatDoesNotWaitIsLeftAlone() {
    config("a");
    deployment("my-app");
    lead();
    reconciler.headAdded(CONFIG);
    settle();
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void whatFollowsByItselfIsMoved() {
    config("a");
    annotate(bound("my-app"), Annotations.ROLLOUT, "auto");
    lead();
    assertThat(shop.rebound).isEmpty();
    config("b");
    changed();
    assertThat(shop.rebound).containsExactly("my-app configmap/app-config");
  }

  @Test
  void aPassThatWaitedForItsTurnLeavesNewsToTheNextOne() {
    config("a");
    annotate(bound("my-app"), Annotations.ROLLOUT, "auto");
    lead();
    CountDownLatch changedOnce = new CountDownLatch(1);
    CountDownLatch changedTwice = new CountDownLatch(1);
    executor.execute(() -> await().until(() -> changedOnce.getCount() == 0));
    int before = shop.passes;
    config("b");
    reconciler.headChanged(CONFIG);
    // Comes after the quiet period of that change, and before the pass that is due then.
    executor.execute(
        () -> {
          reconciler.headChanged(CONFIG);
          changedTwice.countDown();
        });

    changedOnce.countDown();
    await().until(() -> changedTwice.getCount() == 0);
    settle();

    assertThat(shop.passes).isEqualTo(before + 1);
    assertThat(shop.rebound).containsExactly("my-app configmap/app-config");
  }

  @Test
  void whatIsPinnedIsNeitherMovedNorToldToBeBehind() {
    config("a");
    annotate(bound("my-app"), Annotations.ROLLOUT, "pinned");
    config("b");
    lead();
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).isEmpty();
  }

  @Test
  void whatIsHeldStays() {
    config("a");
    ObjectNode app = bound("my-app");
    annotate(app, Annotations.ROLLOUT, "auto");
    annotate(app, Annotations.HELD, BOUND);
    config("b");
    lead();
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void whatAControllerOwnsAndWhatIsLeftOutIsNotOurs() {
    config("a");
    ObjectNode owned = bound("owned");
    annotate(owned, Annotations.ROLLOUT, "auto");
    owned.withArray("/metadata/ownerReferences").addObject().put("controller", true);
    ObjectNode leftOut = bound("left-out");
    annotate(leftOut, Annotations.ROLLOUT, "auto");
    annotate(leftOut, Annotations.VERSIONED, "false");
    config("b");
    lead();
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).isEmpty();
  }

  @Test
  void whatIsLeftBehindIsToldAndCounted() {
    config("a");
    bound("my-app");
    config("b");
    lead();
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told)
        .containsExactly(
            "LeftBehind my-app: newer config is there: configmap/app-config=v001; kubectl rollout"
                + " restart or the next apply moves to it");
    assertThat(reconciler.counts().behind()).isEqualTo(1);
    reconciler.stopLeading();
    assertThat(reconciler.counts().behind()).isZero();
  }

  @Test
  void whatIsLeftBehindIsToldInTheSameWordsEachTime() {
    config("a");
    bound("my-app");
    config("b");
    lead();
    changed();
    assertThat(Set.copyOf(shop.told)).as("one Event, by its words").hasSize(1);
  }

  @Test
  void aReBindThatChangedNothingIsNotRepeatedForThatVersion() {
    config("a");
    annotate(bound("my-app"), Annotations.ROLLOUT, "auto");
    shop.obeys = false;
    lead();
    config("b");
    changed();
    changed();
    assertThat(shop.rebound).hasSize(1);
    config("c");
    changed();
    assertThat(shop.rebound).hasSize(2);
  }

  @Test
  void optInStampsAndNotesBaselinesAndRollsNothing() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    ObjectNode before = deployment("my-app").deepCopy();
    ObjectNode replicaSet = naming("my-app-1", "app-config");
    shop.replicaSets.add(replicaSet);
    lead();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
    assertThat(KubernetesJson.annotation(replicaSet, Annotations.BASELINE)).contains(BOUND);
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.deployments).containsExactly(before);
  }

  @Test
  void aHeadThatIsRefusedAVersionAtOptInIsTold() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    cluster.refused = id -> true;
    lead();
    assertThat(shop.told).hasSize(1);
    assertThat(shop.told.get(0)).startsWith("VersionRefused app-config: ").contains("quota");
  }

  @Test
  void aVersionThatCanNotBeMadeIsToldAndCountedUntilItCan() {
    config("a");
    cluster.refused = id -> true;
    lead();
    assertThat(shop.told).isNotEmpty();
    assertThat(Set.copyOf(shop.told)).containsExactly("VersionRefused app-config: exceeded quota");
    assertThat(reconciler.failures()).isPositive();
    assertThat(reconciler.failing()).isPositive();
    cluster.refused = id -> false;
    changed();
    assertThat(reconciler.failing()).isZero();
  }

  @Test
  void aVersionThatWasJustMadeIsToldOnce() {
    config("a");
    lead();
    cluster.createdAt(Instant.now());
    config("b");
    changed();
    changed();
    assertThat(shop.told)
        .containsExactly(
            "VersionMade app-config: what it holds is kept as app-config-v001, for rollbacks");
    config("a");
    changed();
    assertThat(shop.told).as("an older version that is used again is no news").hasSize(1);
  }

  @Test
  void aLeaderThatBeginsTellsNothingOfOldVersions() {
    cluster.createdAt(Instant.now().minus(Duration.ofHours(1)));
    config("a");
    lead();
    assertThat(cluster.names()).contains("app-config-v000");
    assertThat(shop.told).isEmpty();
  }

  @Test
  void whatWaitsAndWhatIsHeldIsCounted() {
    config("a");
    ObjectNode waiting = naming("waiting", "other");
    annotate(waiting, Annotations.WAITING, "configmap/other");
    shop.deployments.add(waiting);
    annotate(bound("held"), Annotations.HELD, BOUND);
    config("b");
    lead();
    assertThat(reconciler.counts()).isEqualTo(new WorkloadCounts(0, 1, 1));
    assertThat(shop.told)
        .containsExactly(
            "Waiting waiting: waiting for configmap/other; it is bound when that is there");
  }

  @Test
  void optOutUnstampsAndKeepsVersions() {
    config("a");
    lead();
    optedIn = false;
    reconciler.namespaceOptedOut("shop");
    settle();
    assertThat(KubernetesJson.label(cluster.find(CONFIG).orElseThrow(), Labels.ROLE)).isEmpty();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
  }
}
