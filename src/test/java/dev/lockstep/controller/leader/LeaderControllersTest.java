package dev.lockstep.controller.leader;

import static dev.lockstep.controller.leader.FakeShop.annotate;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.workload.WorkloadControllers;
import dev.lockstep.controller.workload.WorkloadCounts;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.simulation.VirtualTime;
import dev.lockstep.versioning.FakeCluster;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderControllersTest {
  private static final ObjectKey CONFIG = configMap("app-config");
  private static final ObjectKey OTHER = configMap("other");
  private static final String BOUND = "configmap/app-config=v000";
  private static final HeadRef HEAD = new HeadRef(HeadKind.CONFIG_MAP, "app-config");
  private static final HeadRef OTHER_HEAD = new HeadRef(HeadKind.CONFIG_MAP, "other");
  private static final Duration QUIET = Duration.ofSeconds(10);

  private final VirtualTime time = new VirtualTime();
  private final FakeCluster cluster = new FakeCluster();
  private final FakeShop shop = new FakeShop(cluster, time);
  private Optional<ManagedNamespace> optedIn = Optional.of(FakeCluster.SHOP);
  private final LeaderControllers controllers = controllers(true);

  private LeaderControllers controllers(boolean stampsAll) {
    return new LeaderControllers(
        cluster,
        cluster.versions,
        name -> optedIn,
        new LeaderControllers.Inventory(() -> List.of(CONFIG), () -> List.of("shop")),
        new WorkloadControllers.Ports(shop, shop, shop, shop, shop, name -> optedIn, shop),
        new WorkloadControllers.Settings(
            WorkloadKinds.with(List.of()),
            new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN),
            stampsAll,
            QUIET,
            1000),
        time.executor,
        time.executor,
        time);
  }

  @BeforeEach
  void versionsHaveAges() {
    cluster.createdAt(time.instant());
  }

  /** Somebody's write, which the leader hears of. */
  private void config(ObjectKey key, String value, String user) {
    boolean isNew = cluster.find(key).isEmpty();
    cluster.createdAt(time.instant());
    cluster.write(key, Map.of("FOO", value));
    HeadRef head = new HeadRef(key.kind(), key.name());
    shop.changed.put(head, time.instant());
    shop.changedBy.put(head, user);
    if (isNew) {
      controllers.headAdded(key);
    } else {
      controllers.headChanged(key);
    }
  }

  private void config(String value) {
    config(CONFIG, value, "jane");
  }

  private void pass(long seconds) {
    time.pass(Duration.ofSeconds(seconds));
  }

  private void lead() {
    controllers.startLeading();
    pass(3);
  }

  private String released(String user) {
    return time.instant() + " " + user;
  }

  @Test
  void whoeverDoesNotLeadDoesNothing() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    config("b");
    controllers.namespaceOptedIn("shop");
    controllers.namespaceChanged("shop");
    controllers.namespaceOptedOut("shop");
    pass(600);
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
    pass(1);
    assertThat(cluster.names()).contains("app-config-v001");
  }

  @Test
  void whoeverStopsLeadingDoesNothingMore() {
    config("a");
    lead();
    controllers.stopLeading();
    config("b");
    pass(600);
    assertThat(cluster.names()).doesNotContain("app-config-v001");
  }

  @Test
  void whatWaitedIsBoundWhenItsHeadComesAndAnUndoGoesOverWhatItLeft() {
    lead();
    annotate(shop.deployment("my-app", "app-config"), Annotations.WAITING, "configmap/app-config");
    config("a");
    pass(3);
    assertThat(shop.rebound).containsExactly("my-app arrived:configmap/app-config");
    assertThat(shop.told).contains("Rebound my-app: bound to " + BOUND);
    assertThat(shop.numbersOf("my-app")).containsExactly("-1", "2");
    assertThat(KubernetesJson.annotation(shop.replicaSets.get(0), Annotations.IN_BETWEEN))
        .contains("arrived");
  }

  @Test
  void headsThatArriveTogetherAreOneMove() {
    lead();
    annotate(
        shop.deployment("my-app", "app-config", "other"),
        Annotations.WAITING,
        "configmap/app-config,configmap/other");
    config(CONFIG, "a", "jane");
    config(OTHER, "a", "jane");
    pass(3);
    assertThat(shop.rebound).containsExactly("my-app arrived:configmap/app-config,configmap/other");
  }

  @Test
  void whoeverLedBeforeMayNotHaveComeToTheNumbers() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    annotate(shop.replicaSets.get(0), Annotations.IN_BETWEEN, "arrived");
    FakeShop.bind(app, HEAD, VersionNumber.FIRST);
    shop.revisionOf(app);
    lead();
    assertThat(shop.numbersOf("my-app")).containsExactly("-1", "2");
  }

  @Test
  void aRevisionThatIsReleasedAgainIsMeant() {
    config("a");
    shop.bound("my-app", "app-config");
    annotate(shop.replicaSets.get(0), Annotations.IN_BETWEEN, "window");
    lead();
    assertThat(KubernetesJson.annotation(shop.replicaSets.get(0), Annotations.IN_BETWEEN))
        .isEmpty();
    assertThat(shop.numbersOf("my-app")).containsExactly("1");
  }

  @Test
  void aBareReferenceThatDoesNotWaitIsLeftAloneAndCounted() {
    config("a");
    shop.deployment("my-app", "app-config");
    lead();
    pass(400);
    assertThat(shop.rebound).isEmpty();
    assertThat(controllers.counts().unbound()).isEqualTo(1);
  }

  @Test
  void whatWasWrittenWhileNobodyAnsweredIsToldAndBound() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    app.withObject("/spec/template/metadata/annotations").put(Annotations.BINDINGS, BOUND);
    lead();
    assertThat(shop.rebound).containsExactly("my-app arrived:configmap/app-config");
    assertThat(shop.told).anyMatch(event -> event.startsWith("Unbound my-app: "));
  }

  @Test
  void whatWasWrittenBeforeItsNamespaceWasOptedInIsLeftAloneAndCounted() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    app.withObject("/metadata").put("creationTimestamp", time.instant().toString());
    app.withObject("/spec/template/metadata/annotations").put(Annotations.BINDINGS, BOUND);
    pass(5);
    shop.labelled = time.instant();
    lead();
    pass(400);
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).noneMatch(event -> event.startsWith("Unbound my-app: "));
    assertThat(controllers.counts().unbound()).isEqualTo(1);
  }

  @Test
  void whatFollowsByItselfIsMovedWhenItsHeadsAreQuiet() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    lead();
    assertThat(shop.rebound).isEmpty();
    config("b");
    pass(9);
    assertThat(shop.rebound).isEmpty();
    pass(3);
    assertThat(shop.rebound).containsExactly("my-app auto:configmap/app-config");
    assertThat(shop.numbersOf("my-app")).containsExactly("1", "2");
  }

  @Test
  void twoChangesWithinTheQuietPeriodAreOneMove() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    lead();
    config("b");
    pass(6);
    config("c");
    pass(30);
    assertThat(shop.rebound).hasSize(1);
    assertThat(shop.deployments.get(0).toString()).contains("app-config-v002");
  }

  @Test
  void anotherHeadThatNeverRestsPutsNothingOff() {
    config(CONFIG, "a", "jane");
    config(OTHER, "0", "state");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    lead();
    config("b");
    for (int i = 1; i < 10; i++) {
      pass(2);
      config(OTHER, Integer.toString(i), "state");
    }
    assertThat(shop.rebound).containsExactly("my-app auto:configmap/app-config");
  }

  @Test
  void aHeadThatNeverRestsIsFollowedNowAndThen() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    lead();
    for (int i = 1; i <= 70; i++) {
      config("b" + i);
      pass(2);
    }
    assertThat(shop.rebound).hasSize(2);
  }

  @Test
  void whatFollowsAndIsNotBoundYetIsBoundWhenItsHeadChanges() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    app.withObject("/metadata").put("creationTimestamp", time.instant().toString());
    annotate(app, Annotations.ROLLOUT, "auto");
    shop.takenIn = time.instant();
    lead();
    pass(30);
    assertThat(shop.rebound).as("nothing rolls when it is taken in").isEmpty();
    config("b");
    pass(13);
    assertThat(shop.rebound).containsExactly("my-app auto:configmap/app-config");
  }

  @Test
  void aBrakeWorksForThoseWhoseTurnHasNotCome() {
    config("a");
    for (int i = 0; i < 5; i++) {
      annotate(shop.bound("my-app-" + i, "app-config"), Annotations.ROLLOUT, "auto");
    }
    lead();
    config("b");
    shop.beforeFind =
        () -> {
          if (shop.rebound.size() == 2) {
            shop.deployments.forEach(app -> annotate(app, Annotations.ROLLOUT, "pinned"));
          }
        };
    pass(60);
    assertThat(shop.rebound).hasSize(2);
  }

  @Test
  void anUndoInTheMiddleOfAWaveStays() {
    config("a");
    for (int i = 0; i < 5; i++) {
      annotate(shop.bound("my-app-" + i, "app-config"), Annotations.ROLLOUT, "auto");
    }
    lead();
    config("b");
    shop.beforeFind = () -> annotate(shop.deployments.get(4), Annotations.HELD, BOUND);
    pass(60);
    assertThat(shop.rebound).hasSize(4).noneMatch(moved -> moved.startsWith("my-app-4"));
  }

  @Test
  void aVersionWithoutARequiredKeyIsNotWalkedInto() {
    config("a");
    ObjectNode app = FakeShop.naming("my-app");
    app.withArray("/spec/template/spec/containers/0/env")
        .addObject()
        .put("name", "FOO")
        .withObject("/valueFrom/configMapKeyRef")
        .put("name", "app-config")
        .put("key", "FOO");
    FakeShop.bind(app, HEAD, VersionNumber.FIRST);
    annotate(app, Annotations.ROLLOUT, "auto");
    shop.deployments.add(app);
    lead();
    cluster.write(CONFIG, Map.of("BAR", "b"));
    controllers.headChanged(CONFIG);
    pass(60);
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).anyMatch(event -> event.startsWith("KeyMissing my-app: "));
  }

  @Test
  void whatTheSameUserChangesRightAfterTheReleaseBelongsToIt() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    lead();
    annotate(app, Annotations.RELEASED, released("jane"));
    pass(20);
    config("b");
    pass(4);
    assertThat(shop.rebound).containsExactly("my-app window:configmap/app-config");
    assertThat(shop.numbersOf("my-app")).containsExactly("-1", "2");
  }

  @Test
  void aStrangersChangeMovesNobody() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    lead();
    annotate(app, Annotations.RELEASED, released("jane"));
    config(CONFIG, "b", "joe");
    pass(400);
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void theWindowStaysOpenWhileItsUserWritesAndClosesAMinuteLater() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config", "other");
    config(OTHER, "a", "jane");
    lead();
    annotate(app, Annotations.RELEASED, released("jane"));
    pass(50);
    config(OTHER, "b", "jane");
    pass(50);
    config("b");
    pass(10);
    assertThat(shop.rebound)
        .containsExactly("my-app window:configmap/other", "my-app window:configmap/app-config");
    pass(70);
    config("c");
    pass(300);
    assertThat(shop.rebound).hasSize(2);
  }

  @Test
  void whatIsHeldOrPinnedOrWasMovedOftenEnoughHasNoWindow() {
    config("a");
    ObjectNode held = shop.bound("held", "app-config");
    ObjectNode pinned = shop.bound("pinned", "app-config");
    ObjectNode often = shop.bound("often", "app-config");
    lead();
    List.of(held, pinned, often)
        .forEach(app -> annotate(app, Annotations.RELEASED, released("jane")));
    annotate(held, Annotations.HELD, BOUND);
    annotate(pinned, Annotations.ROLLOUT, "pinned");
    annotate(often, Annotations.WINDOW_MOVES, "3");
    config("b");
    pass(400);
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void whatRunsNoPodsFollowsAtOnceAndLeavesNothingInBetween() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    ((ObjectNode) app.get("spec")).put("replicas", 0);
    lead();
    config(CONFIG, "b", "joe");
    pass(3);
    assertThat(shop.rebound).containsExactly("my-app auto:configmap/app-config");
    assertThat(shop.numbersOf("my-app")).containsExactly("1", "2");
  }

  @Test
  void whatIsPinnedIsNeitherMovedNorToldToBeBehind() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "pinned");
    config("b");
    lead();
    pass(30);
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.told).noneMatch(event -> event.startsWith("LeftBehind"));
  }

  @Test
  void whatIsHeldStaysAsAWhole() {
    config("a");
    config(OTHER, "a", "jane");
    ObjectNode app = shop.bound("my-app", "app-config", "other");
    annotate(app, Annotations.ROLLOUT, "auto");
    annotate(app, Annotations.HELD, BOUND);
    config("b");
    lead();
    config(OTHER, "b", "jane");
    pass(60);
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void whatAlwaysFollowsIsNotHeld() {
    config("a");
    config(OTHER, "a", "jane");
    shop.followsWhenHeld.add(OTHER_HEAD);
    ObjectNode app = shop.bound("my-app", "app-config", "other");
    annotate(app, Annotations.ROLLOUT, "auto");
    annotate(app, Annotations.HELD, BOUND);
    config("b");
    lead();
    config(OTHER, "b", "jane");
    pass(60);
    assertThat(shop.rebound).containsExactly("my-app auto:configmap/other");
  }

  @Test
  void aHoldEndsWhenAllThatItHasIsCurrentAgain() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    annotate(app, Annotations.HELD, BOUND);
    lead();
    assertThat(KubernetesJson.annotation(app, Annotations.HELD)).isEmpty();
    assertThat(controllers.counts().held()).isZero();
  }

  @Test
  void whatIsHeldIsFoundAgainOnTheRevision() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    annotate(app, Annotations.ROLLOUT, "auto");
    annotate(app, Annotations.HELD, BOUND);
    config("b");
    lead();
    assertThat(KubernetesJson.annotation(shop.replicaSets.get(0), Annotations.HELD))
        .contains(BOUND);
    ((ObjectNode) app.at("/metadata/annotations")).remove(Annotations.HELD);
    app.withObject("/metadata").put("resourceVersion", "lost");
    pass(600);
    assertThat(shop.rebound).isEmpty();
    assertThat(KubernetesJson.annotation(app, Annotations.HELD)).contains(BOUND);
  }

  @Test
  void whatWasReleasedSinceIsNotHeldByWhatItsRevisionSays() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    annotate(app, Annotations.ROLLOUT, "auto");
    annotate(app, Annotations.RELEASED, released("jane"));
    annotate(shop.replicaSets.get(0), Annotations.HELD, BOUND);
    lead();
    config(CONFIG, "b", "joe");
    pass(30);
    assertThat(shop.rebound).hasSize(1);
  }

  @Test
  void whoeverIsBoundToOlderConfigWhenItsNamespaceIsTakenInAgainStaysThere() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    annotate(app, Annotations.ROLLOUT, "auto");
    config("b");
    pass(5);
    shop.takenIn = time.instant();
    lead();
    pass(60);
    assertThat(shop.rebound).isEmpty();
    assertThat(KubernetesJson.annotation(app, Annotations.HELD)).contains(BOUND);
    assertThat(shop.told).anyMatch(event -> event.startsWith("HeldBack my-app: "));
  }

  @Test
  void whatAControllerOwnsAndWhatIsLeftOutIsNotOurs() {
    config("a");
    ObjectNode owned = shop.bound("owned", "app-config");
    annotate(owned, Annotations.ROLLOUT, "auto");
    owned.withArray("/metadata/ownerReferences").addObject().put("controller", true);
    ObjectNode leftOut = shop.bound("left-out", "app-config");
    annotate(leftOut, Annotations.ROLLOUT, "auto");
    annotate(leftOut, Annotations.VERSIONED, "false");
    ObjectNode steppedBack = shop.bound("stepped-back", "app-config");
    annotate(steppedBack, Annotations.ROLLOUT, "auto");
    annotate(steppedBack, Annotations.STEPPED_BACK, "2026-01-01T00:00:00Z joe");
    config("b");
    lead();
    pass(60);
    assertThat(shop.rebound).isEmpty();
    assertThat(controllers.counts().steppedBack()).isEqualTo(1);
  }

  @Test
  void whatIsLeftBehindIsToldInTheSameWordsEachTimeAndCounted() {
    config("a");
    shop.bound("my-app", "app-config");
    lead();
    config("b");
    pass(20);
    config("c");
    pass(20);
    assertThat(shop.rebound).isEmpty();
    assertThat(Set.copyOf(shop.told))
        .contains(
            "LeftBehind my-app: there is a newer version of configmap/app-config; kubectl rollout"
                + " restart or the next apply moves to it")
        .filteredOn(event -> event.startsWith("LeftBehind"))
        .hasSize(1);
    assertThat(controllers.counts().behind()).isEqualTo(1);
    controllers.stopLeading();
    assertThat(controllers.counts().behind()).isZero();
  }

  @Test
  void aReBindThatChangedNothingIsNotRepeatedForThatVersion() {
    config("a");
    annotate(shop.bound("my-app", "app-config"), Annotations.ROLLOUT, "auto");
    shop.obeys = false;
    lead();
    config("b");
    pass(400);
    assertThat(shop.rebound).hasSize(1);
    config("c");
    pass(20);
    assertThat(shop.rebound).hasSize(2);
  }

  @Test
  void aReBindThatNoWebhookTookOffIsTakenBack() {
    config("a");
    ObjectNode app = shop.bound("my-app", "app-config");
    annotate(app, Annotations.ROLLOUT, "auto");
    shop.answers = false;
    lead();
    config("b");
    pass(13);
    assertThat(shop.rebound).isNotEmpty();
    assertThat(KubernetesJson.annotation(app, Annotations.REBIND)).isEmpty();
  }

  @Test
  void optInStampsAndNotesBaselinesAndRollsNothing() {
    ObjectNode app = shop.deployment("my-app", "app-config");
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    ObjectNode before = app.deepCopy();
    lead();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
    assertThat(baseline(0)).contains(BOUND);
    assertThat(shop.rebound).isEmpty();
    assertThat(shop.deployments).containsExactly(before);
  }

  private Optional<String> baseline(int revision) {
    return KubernetesJson.annotation(shop.replicaSets.get(revision), Annotations.BASELINE);
  }

  @Test
  void theNoteOfWhatIsNotBoundYetGoesOnWithItsHeads() {
    config("a");
    shop.deployment("my-app", "app-config");
    pass(300);
    lead();
    assertThat(baseline(0)).contains(BOUND);
    config("b");
    pass(30);
    assertThat(baseline(0)).as("it may be the beginning of a release").contains(BOUND);
    pass(40);
    assertThat(baseline(0)).contains("configmap/app-config=v001");
  }

  @Test
  void whatChangesRightBeforeTheFirstReleaseBelongsToIt() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    pass(300);
    lead();
    config("b");
    pass(100);
    config("c");
    pass(5);
    FakeShop.bind(app, HEAD, VersionNumber.parse("v002").orElseThrow());
    shop.revisionOf(app);
    pass(600);
    assertThat(baseline(0)).contains("configmap/app-config=v001");
  }

  @Test
  void theFirstReleaseMayComeRightAfterSeveralChanges() {
    config("a");
    ObjectNode app = shop.deployment("my-app", "app-config");
    pass(300);
    lead();
    assertThat(baseline(0)).contains(BOUND);
    config("b");
    pass(1);
    config("c");
    pass(1);
    config("d");
    FakeShop.bind(app, HEAD, VersionNumber.parse("v003").orElseThrow());
    shop.revisionOf(app);
    pass(30);
    assertThat(baseline(0)).contains("configmap/app-config=v002");
  }

  @Test
  void aHeadThatIsRefusedAVersionAtOptInIsTold() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    cluster.refused = id -> true;
    lead();
    assertThat(Set.copyOf(shop.told)).hasSize(1);
    assertThat(shop.told.get(0)).startsWith("VersionRefused app-config: ").contains("quota");
  }

  @Test
  void aVersionThatCanNotBeMadeIsToldAndCountedUntilItCan() {
    config("a");
    cluster.refused = id -> true;
    lead();
    assertThat(Set.copyOf(shop.told)).containsExactly("VersionRefused app-config: exceeded quota");
    assertThat(controllers.failures()).isPositive();
    assertThat(controllers.failing()).isPositive();
    cluster.refused = id -> false;
    controllers.headChanged(CONFIG);
    pass(2);
    assertThat(controllers.failing()).isZero();
  }

  @Test
  void aVersionThatWasJustMadeIsToldOnce() {
    config("a");
    pass(600);
    lead();
    config("b");
    pass(2);
    controllers.headChanged(CONFIG);
    pass(2);
    List<String> made =
        shop.told.stream().filter(event -> event.startsWith("VersionMade")).toList();
    assertThat(made)
        .containsExactly(
            "VersionMade app-config: what it holds is kept as app-config-v001, for rollbacks");
  }

  @Test
  void whatWaitsIsToldAndCounted() {
    lead();
    annotate(shop.deployment("waiting", "other"), Annotations.WAITING, "configmap/other");
    controllers.namespaceChanged("shop");
    pass(3);
    assertThat(controllers.counts()).isEqualTo(new WorkloadCounts(0, 0, 0, 1, 0));
    assertThat(Set.copyOf(shop.told))
        .containsExactly(
            "Waiting waiting: waiting for configmap/other; it is bound when that is there");
  }

  @Test
  void nobodyWaitsForWhatIsThereAndLeftOut() {
    lead();
    ObjectNode app = shop.deployment("my-app", "other");
    annotate(app, Annotations.WAITING, "configmap/other");
    controllers.namespaceChanged("shop");
    pass(3);
    ObjectNode leftOut = object(OTHER, Map.of("FOO", "a"));
    annotate(leftOut, Annotations.VERSIONED, "false");
    cluster.put(OTHER, leftOut);
    pass(10);
    assertThat(KubernetesJson.annotation(app, Annotations.WAITING)).isEmpty();
    assertThat(controllers.counts().waiting()).isZero();
    assertThat(shop.rebound).isEmpty();
  }

  @Test
  void whereOnlyWhatIsNamedGetsVersionsWhatWaitsIsBoundToo() {
    LeaderControllers referenced = controllers(false);
    ObjectNode app = shop.deployment("my-app", "other");
    annotate(app, Annotations.WAITING, "configmap/other");
    referenced.startLeading();
    pass(3);
    assertThat(shop.rebound).isEmpty();
    cluster.put(OTHER, object(OTHER, Map.of("FOO", "a")));
    pass(10);
    assertThat(shop.rebound).containsExactly("my-app arrived:configmap/other");
    assertThat(cluster.names()).contains("other-v000");
  }

  @Test
  void optOutUnstampsAndKeepsVersions() {
    config("a");
    ObjectNode bare = shop.deployment("bare", "app-config");
    annotate(bare, Annotations.HELD, BOUND);
    lead();
    optedIn = Optional.empty();
    controllers.namespaceOptedOut("shop");
    pass(3);
    assertThat(KubernetesJson.label(cluster.find(CONFIG).orElseThrow(), Labels.ROLE)).isEmpty();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
    assertThat(KubernetesJson.annotation(bare, Annotations.HELD)).isEmpty();
  }

  @Test
  void whatNeverWasOptedInIsNotTouchedWhateverItsLabels() {
    config("a");
    optedIn = Optional.empty();
    lead();
    controllers.headAdded(CONFIG);
    controllers.headChanged(CONFIG);
    pass(600);
    assertThat(KubernetesJson.label(cluster.find(CONFIG).orElseThrow(), Labels.ROLE))
        .contains("head");
  }

  @Test
  void whatWasWrittenPastTheWebhookLeadsToAnotherPass() {
    config("a");
    shop.bound("my-app", "app-config");
    lead();
    ObjectNode app = shop.deployments.get(0);
    ((ObjectNode) app.at("/spec/template/spec/containers/0/envFrom/0/configMapRef"))
        .put("name", "app-config");
    app.withObject("/metadata").put("resourceVersion", "x");
    pass(20);
    ObjectNode seen = (ObjectNode) cluster.find(CONFIG).orElseThrow();
    ((ObjectNode) seen.get("data")).put("FOO", "b");
    cluster.put(CONFIG, seen);
    controllers.headChanged(CONFIG);
    pass(5);
    assertThat(shop.rebound).containsExactly("my-app arrived:configmap/app-config");
  }
}
