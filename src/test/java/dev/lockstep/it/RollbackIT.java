package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Undo brings back what was, restart picks up the newest unless the workload was rolled back. */
@OnRealCluster
class RollbackIT {
  private static final String APP = "deployment/my-app";

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  /** A ConfigMap and a Secret in one template. */
  private static String deploymentWithSecret(String image) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef:
                  name: app-config
              - secretRef:
                  name: app-secret
        """
            .formatted(image));
  }

  /** Config {@code a} with app:1, then {@code b} with app:2. */
  private static Workload releasedTwice(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b") + deployment("app:2"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");
    return app;
  }

  @Test
  void aRestartPicksUpTheNewestConfig(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b"));
    shop.apply(config("c"));
    assertThat(app.now().names()).containsExactly("app-config-v000");

    app.restart();

    Workload.State restarted = app.now();
    assertThat(restarted.names()).containsExactly("app-config-v002");
    assertThat(restarted.bindings()).isEqualTo("configmap/app-config=v002");
    assertThat(restarted.image()).isEqualTo("app:1");
    assertThat(restarted.held()).isEmpty();
  }

  @Test
  void anUndoOfARestartBringsBackTheConfigFromBeforeIt(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b"));
    app.restart();

    assertThat(app.undo().names()).containsExactly("app-config-v000");
    assertThat(app.undo().names()).containsExactly("app-config-v001");
  }

  @Test
  void anUndoOfTheUndoIsBackAtTheNewestAndHoldsNothing(Shop shop) {
    Workload app = releasedTwice(shop);

    Workload.State undone = app.undo();
    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(undone.held()).isEqualTo("configmap/app-config=v000");

    Workload.State redone = app.undo();
    assertThat(redone.names()).containsExactly("app-config-v001");
    assertThat(redone.image()).isEqualTo("app:2");
    assertThat(redone.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(redone.held()).isEmpty();

    // A ReplicaSet keeps the annotations that its Deployment had, so an undo brings old ones.
    assertThat(app.undo().held()).isEqualTo("configmap/app-config=v000");
    assertThat(app.undo().held()).isEmpty();
  }

  @Test
  void anUndoBetweenTwoRestartsIsNoRestart(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    app.restart();
    JsonNode first = app.now().template();
    app.restart();
    shop.apply(config("b"));

    Workload.State undone = app.undo();

    assertThat(undone.template()).isEqualTo(first);
    assertThat(undone.names()).containsExactly("app-config-v000");
  }

  @Test
  void aRestartAfterAnUndoStaysUndoneAndSaysSo(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();

    Result restart = app.restart();

    assertThat(restart.err())
        .contains("Warning: lockstep: ConfigMap app-config: stays at v000 after an undo");
    Workload.State restarted = app.now();
    assertThat(restarted.template().at("/metadata/annotations").properties())
        .extracting(e -> e.getKey())
        .contains("kubectl.kubernetes.io/restartedAt");
    assertThat(restarted.names()).containsExactly("app-config-v000");
    assertThat(restarted.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anUndoStaysThroughImageChangesAndNewerConfig(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();

    shop.kubectl("set", "image", APP, "app=app:3");
    shop.apply(config("c"));
    app.restart();

    Workload.State restarted = app.now();
    assertThat(restarted.image()).isEqualTo("app:3");
    assertThat(restarted.names()).containsExactly("app-config-v000");
    assertThat(restarted.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anApplyEndsAnUndo(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();
    app.restart();

    shop.apply(deployment("app:2"));

    Workload.State applied = app.settled();
    assertThat(applied.names()).containsExactly("app-config-v001");
    assertThat(applied.image()).isEqualTo("app:2");
    assertThat(applied.held()).isEmpty();
    shop.apply(config("c"));
    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v002");
  }

  @Test
  void anApplyOfWhatTheUndoBroughtBackEndsItToo(Shop shop) {
    Workload app = releasedTwice(shop);
    Workload.State undone = app.undo();

    shop.apply(config("a") + deployment("app:1"));

    Workload.State applied = app.settled();
    assertThat(applied.template()).isEqualTo(undone.template());
    assertThat(applied.held()).isEmpty();
    shop.apply(config("c"));
    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v002");
  }

  @Test
  void aRebindEndsAnUndoAndLeavesNothingBehind(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();

    shop.kubectl("annotate", APP, "lockstep.dev/rebind=");

    Workload.State rebound = app.settled();
    assertThat(rebound.names()).containsExactly("app-config-v001");
    assertThat(rebound.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(rebound.image()).isEqualTo("app:1");
    assertThat(rebound.held()).isEmpty();
    assertThat(rebound.object().at("/metadata/annotations").has("lockstep.dev/rebind")).isFalse();

    shop.kubectl("annotate", APP, "lockstep.dev/rebind=");

    Workload.State again = app.settled();
    assertThat(again.generation()).isEqualTo(rebound.generation());
    assertThat(again.template()).isEqualTo(rebound.template());
    assertThat(again.object().at("/metadata/annotations"))
        .isEqualTo(rebound.object().at("/metadata/annotations"));
  }

  @Test
  void whoAsksForARebindDoesNotBecomeOwnerOfTheTemplate(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();

    shop.kubectl("annotate", APP, "lockstep.dev/rebind=", "--field-manager=someone");

    JsonNode rebound = Shop.json(shop.kubectl("get", APP, "-o", "json", "--show-managed-fields"));
    assertThat(rebound.at("/metadata/managedFields"))
        .filteredOn(entry -> entry.path("manager").asText().equals("someone"))
        .noneMatch(entry -> entry.path("fieldsV1").has("f:spec"));
  }

  @Test
  void aPinnedWorkloadMovesOnApplyButNotOnRestart(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.kubectl("annotate", APP, "lockstep.dev/rollout=pinned");
    shop.apply(config("b"));

    Result restart = app.restart();

    assertThat(restart.err()).contains("lockstep: ConfigMap app-config: stays");
    assertThat(app.now().names()).containsExactly("app-config-v000");
    assertThat(app.now().held()).isEmpty();

    shop.apply(deployment("app:1"));

    assertThat(app.now().names()).containsExactly("app-config-v001");
  }

  @Test
  void anUndoToAnyRevisionBringsExactlyTheConfigThatItHad(Shop shop) {
    Workload app = releasedTwice(shop);
    shop.apply(config("c") + deployment("app:3"));
    app.settled();
    shop.apply(config("a") + deployment("app:4"));
    assertThat(app.settled().names()).containsExactly("app-config-v000");

    Workload.State second = app.undo("--to-revision=2");
    assertThat(second.image()).isEqualTo("app:2");
    assertThat(second.names()).containsExactly("app-config-v001");
    assertThat(second.held()).isEqualTo("configmap/app-config=v001");

    Workload.State third = app.undo("--to-revision=3");
    assertThat(third.image()).isEqualTo("app:3");
    assertThat(third.names()).containsExactly("app-config-v002");
    assertThat(third.held()).isEqualTo("configmap/app-config=v002");

    // Its config is the current one again.
    Workload.State first = app.undo("--to-revision=1");
    assertThat(first.image()).isEqualTo("app:1");
    assertThat(first.names()).containsExactly("app-config-v000");
    assertThat(first.held()).isEmpty();
  }

  @Test
  void aWorkloadWhoseHeadIsGoneStaysBoundWhenItsFileIsAppliedAgain(Shop shop) {
    Workload app = releasedTwice(shop);
    Workload.State before = app.now();
    shop.kubectl("delete", "configmap", "app-config");

    Result applied = shop.apply(deployment("app:2"));

    assertThat(applied.err())
        .contains("Warning: lockstep: ConfigMap app-config: is gone, v001 is kept");
    Workload.State after = app.now();
    assertThat(after.names()).containsExactly("app-config-v001");
    assertThat(after.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.annotation("lockstep.dev/waiting")).isEmpty();
  }

  @Test
  void anUndoNeedsNoHead(Shop shop) {
    Workload app = releasedTwice(shop);
    shop.kubectl("delete", "configmap", "app-config");

    Workload.State undone = app.undo();

    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.image()).isEqualTo("app:1");
    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v000");
  }

  @Test
  void aHeadThatIsDeletedAndCreatedAgainGoesOnCounting(Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b"));
    shop.awaitObject("configmap/app-config-v001");
    shop.kubectl("delete", "configmap", "app-config");

    shop.apply(config("c"));

    JsonNode created = shop.get("configmap/app-config");
    assertThat(Shop.meta(created, "labels", "lockstep.dev/version")).isEqualTo("v002");
    assertThat(Shop.meta(created, "annotations", "lockstep.dev/newest")).isEqualTo("v002");
    shop.awaitObject("configmap/app-config-v002");
    shop.kubectl("delete", "configmap", "app-config");

    shop.apply(config("a"));

    JsonNode old = shop.get("configmap/app-config");
    assertThat(Shop.meta(old, "labels", "lockstep.dev/version")).isEqualTo("v000");
    assertThat(Shop.meta(old, "annotations", "lockstep.dev/newest")).isEqualTo("v002");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001", "app-config-v002");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void everyKindIsUndoneRedoneAndRestarted(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + workload(kind, "my-app", "app:1", "app-config"));
    app.settled();
    shop.apply(config("b") + workload(kind, "my-app", "app:2", "app-config"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.held()).isEqualTo("configmap/app-config=v000");

    Workload.State redone = app.undo();
    assertThat(redone.image()).isEqualTo("app:2");
    assertThat(redone.names()).containsExactly("app-config-v001");
    assertThat(redone.held()).isEmpty();

    shop.apply(config("c"));
    app.restart();
    Workload.State restarted = app.now();
    assertThat(restarted.image()).isEqualTo("app:2");
    assertThat(restarted.names()).containsExactly("app-config-v002");

    assertThat(app.undo().names()).containsExactly("app-config-v001");
    assertThat(app.restart().err()).contains("stays at v001 after an undo");
    assertThat(app.now().names()).containsExactly("app-config-v001");
  }

  @Test
  void configMapAndSecretOfOneTemplateGoBackTogether(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + deploymentWithSecret("app:1"));
    app.settled();
    shop.apply(config("b") + secret("app-secret", "KEY", "b") + deploymentWithSecret("app:2"));
    assertThat(app.settled().bindings())
        .isEqualTo("configmap/app-config=v001,secret/app-secret=v001");

    Workload.State undone = app.undo();

    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
    assertThat(undone.held()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
  }

  @Test
  void aRestartMovesWhatNoUndoHolds(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + deploymentWithSecret("app:1"));
    app.settled();
    shop.apply(config("b") + deploymentWithSecret("app:2"));
    app.settled();
    app.undo();
    shop.apply(secret("app-secret", "KEY", "b"));

    app.restart();

    Workload.State restarted = app.now();
    assertThat(restarted.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v001");
    assertThat(restarted.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aHoldThatAChangeBringsAlongIsNotBelieved(Shop shop) {
    Workload app = releasedTwice(shop);

    shop.kubectl("patch", APP, "-p", held("configmap/app-config=v000,configmap/other=v003"));

    assertThat(app.now().held()).isEmpty();
  }

  @Test
  void aChangeThatDropsOrForgesAHoldDoesNotEndIt(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();

    shop.kubectl("patch", APP, "-p", held("null"));
    assertThat(app.now().held()).isEqualTo("configmap/app-config=v000");

    shop.kubectl("patch", APP, "-p", held("configmap/app-config=v777"));
    assertThat(app.now().held()).isEqualTo("configmap/app-config=v000");
  }

  /** A patch of the template that brings this annotation, too. */
  private static String held(String value) {
    return """
    metadata:
      annotations:
        lockstep.dev/held: %s
    spec:
      template:
        metadata:
          annotations:
            note: with %s
    """
        .formatted(value, value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "configmap/app-config=v000",
        "configmap/app-config=v777",
        "configmap/other=v000",
        "nonsense",
        ""
      })
  void forgedBindingsAreComputedAnew(String forged, Shop shop) {
    Workload app = releasedTwice(shop);

    shop.kubectl(
        "patch",
        APP,
        "-p",
        """
        spec:
          template:
            metadata:
              annotations:
                lockstep.dev/bindings: "%s"
        """
            .formatted(forged));

    Workload.State state = app.now();
    assertThat(state.names()).containsExactly("app-config-v001");
    assertThat(state.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(state.held()).isEmpty();
  }
}
