package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opting in rolls nothing and can be undone across; opting out breaks nothing. */
@OnRealCluster
class OptInIT {
  private static final String HEAD = "configmap/app-config";
  private static final String SECRET = "secret/app-secret";
  private static final String BASELINE = "lockstep.dev/baseline";
  private static final List<String> KINDS = List.of("Deployment", "StatefulSet", "DaemonSet");

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String app(String kind, String image) {
    return app(kind, "my-app", image);
  }

  /** A workload that reads the ConfigMap and the Secret. */
  private static String app(String kind, String name, String image) {
    return workload(
        kind,
        name,
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

  private static String version(JsonNode head) {
    return Shop.meta(head, "labels", "lockstep.dev/version");
  }

  private static String revisions(String kind) {
    return kind.equals("Deployment") ? "replicasets" : "controllerrevisions";
  }

  /** The objects of this kind, once each of them says what its bare references mean. */
  private static List<JsonNode> awaitBaselines(Shop shop, String kind) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> shop.list(revisions(kind), ""),
            list -> list.stream().noneMatch(o -> Shop.meta(o, "annotations", BASELINE).isEmpty()));
  }

  private static JsonNode awaitHeadAt(Shop shop, String head, String version) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.get(head), object -> version(object).equals(version));
  }

  private static void optOut(Shop shop) {
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning-");
    for (String head : List.of(HEAD, SECRET)) {
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> shop.get(head), object -> !object.at("/metadata/labels").has(role()));
    }
    shop.awaitNoWebhooks();
  }

  private static String role() {
    return "lockstep.dev/role";
  }

  /** Config {@code a} with app:1 from before opt-in, everything noted. */
  private static Workload optedInWith(Shop shop, String kind) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    app.settled();
    shop.optIn();
    awaitBaselines(shop, kind);
    return app;
  }

  @Test
  void everyHeadGetsItsFirstVersionAndNothingRolls(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(config("a") + configMap("unused", "X", "x") + secret("app-secret", "KEY", "a"));
    KINDS.forEach(kind -> shop.apply(app(kind, "my-" + kind.toLowerCase(), "app:1")));
    List<Workload> apps =
        KINDS.stream().map(kind -> new Workload(shop, kind + "/my-" + kind.toLowerCase())).toList();
    List<JsonNode> before = apps.stream().map(app -> app.settled().object()).toList();

    shop.optIn();

    for (String name : List.of("configmap/app-config", "configmap/unused", "secret/app-secret")) {
      JsonNode version = shop.awaitObject(name + "-v000");
      JsonNode head = shop.get(name);
      assertThat(version(head)).isEqualTo("v000");
      assertThat(Shop.meta(head, "annotations", "lockstep.dev/newest")).isEqualTo("v000");
      assertThat(Shop.meta(head, "annotations", "lockstep.dev/changed-by")).isEqualTo("unknown");
      assertThat(head.at("/metadata/annotations").has("lockstep.dev/restamp")).isFalse();
      assertThat(version.path("data")).isEqualTo(head.path("data"));
      assertThat(version.path("immutable").asBoolean()).isTrue();
    }
    assertThat(shop.get("configmap/kube-root-ca.crt").at("/metadata/labels").has(role())).isFalse();
    assertThat(awaitBaselines(shop, "Deployment")).hasSize(1);
    assertThat(awaitBaselines(shop, "StatefulSet")).hasSize(2);
    for (int i = 0; i < apps.size(); i++) {
      JsonNode after = apps.get(i).now().object();
      assertThat(after.at("/metadata/generation"))
          .isEqualTo(before.get(i).at("/metadata/generation"));
      assertThat(after.path("spec")).isEqualTo(before.get(i).path("spec"));
      assertThat(after.at("/metadata/annotations"))
          .isEqualTo(before.get(i).at("/metadata/annotations"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void everyRevisionSaysWhatItsReferencesMeantThen(String kind, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    app.settled();
    shop.apply(app(kind, "app:2"));
    app.settled();

    shop.optIn();

    assertThat(awaitBaselines(shop, kind))
        .hasSize(2)
        .allSatisfy(
            revision ->
                assertThat(Shop.meta(revision, "annotations", BASELINE))
                    .isEqualTo("configmap/app-config=v000,secret/app-secret=v000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void theFirstReleaseAfterOptInCanBeUndone(String kind, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = optedInWith(shop, kind);
    shop.apply(config("b") + secret("app-secret", "KEY", "b") + app(kind, "app:2"));
    assertThat(app.settled().names()).containsExactly("app-config-v001", "app-secret-v001");

    Workload.State undone = app.undo();

    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
    assertThat(undone.held()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
    assertThat(undone.annotation(BASELINE)).isEmpty();
    assertThat(shop.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("a");

    assertThat(app.restart().err()).contains("stays at v000 after an undo");
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");

    shop.apply(app(kind, "app:2"));
    Workload.State redone = app.settled();
    assertThat(redone.names()).containsExactly("app-config-v001", "app-secret-v001");
    assertThat(redone.held()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void anUndoAcrossOptInIsUndoneAndDoneAgain(String kind, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = optedInWith(shop, kind);
    shop.apply(config("b") + app(kind, "app:2"));
    app.settled();
    app.undo();

    Workload.State redone = app.undo();
    assertThat(redone.image()).isEqualTo("app:2");
    assertThat(redone.names()).containsExactly("app-config-v001", "app-secret-v000");
    assertThat(redone.held()).isEmpty();

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.held()).isEqualTo("configmap/app-config=v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void everyRevisionFromBeforeOptInComesBackWithTheConfigOfThatMoment(
      String kind, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    app.settled();
    shop.apply(app(kind, "app:2"));
    app.settled();
    shop.optIn();
    awaitBaselines(shop, kind);
    shop.apply(config("b") + app(kind, "app:3"));
    app.settled();
    shop.apply(config("c") + app(kind, "app:4"));
    app.settled();

    Workload.State first = app.undo("--to-revision=1");

    assertThat(first.image()).isEqualTo("app:1");
    assertThat(first.names()).containsExactly("app-config-v000", "app-secret-v000");
    Workload.State second = app.undo("--to-revision=2");
    assertThat(second.image()).isEqualTo("app:2");
    assertThat(second.names()).containsExactly("app-config-v000", "app-secret-v000");
    Workload.State third = app.undo("--to-revision=3");
    assertThat(third.image()).isEqualTo("app:3");
    assertThat(third.names()).containsExactly("app-config-v001", "app-secret-v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void optingOutTakesStampsAwayAndNothingElse(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    shop.apply(config("b") + app(kind, "app:2"));
    Workload.State before = app.settled();

    optOut(shop);

    for (String head : List.of(HEAD, SECRET)) {
      JsonNode metadata = shop.get(head).path("metadata");
      assertThat(metadata.path("labels").isMissingNode()).isTrue();
      assertThat(metadata.path("annotations").fieldNames())
          .toIterable()
          .noneMatch(key -> key.startsWith("lockstep.dev/"));
    }
    assertThat(shop.get(HEAD).at("/data/FOO").asText()).isEqualTo("b");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001");
    assertThat(shop.versionsOf("secret", "app-secret")).containsExactly("app-secret-v000");
    Workload.State after = app.now();
    assertThat(after.generation()).isEqualTo(before.generation());
    assertThat(after.template()).isEqualTo(before.template());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void whatIsAppliedAfterOptingOutNamesHeadsAndAnUndoGoesAcross(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    app.settled();
    optOut(shop);

    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    assertThat(app.settled().names()).containsExactly("app-config", "app-secret");
    shop.apply(config("b") + app(kind, "app:2"));
    assertThat(app.settled().names()).containsExactly("app-config", "app-secret");
    assertThat(version(shop.get(HEAD))).isEmpty();
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");

    Workload.State undone = app.undo("--to-revision=1");

    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void optingInAgainGoesOnCountingAndUndoGoesAcross(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + app(kind, "app:1"));
    app.settled();
    shop.apply(config("b") + app(kind, "app:2"));
    app.settled();
    optOut(shop);
    shop.apply(config("c") + app(kind, "app:3"));
    Workload.State bare = app.settled();
    assertThat(bare.names()).containsExactly("app-config", "app-secret");

    shop.optIn();

    assertThat(awaitHeadAt(shop, HEAD, "v002").at("/data/FOO").asText()).isEqualTo("c");
    assertThat(shop.awaitObject("configmap/app-config-v002").at("/data/FOO").asText())
        .isEqualTo("c");
    // Content that has a version keeps its number.
    awaitHeadAt(shop, SECRET, "v000");
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                shop.list(revisions(kind), "").stream()
                    .map(revision -> Shop.meta(revision, "annotations", BASELINE))
                    .anyMatch("configmap/app-config=v002,secret/app-secret=v000"::equals));
    assertThat(app.now().generation()).isEqualTo(bare.generation());
    shop.apply(config("d") + app(kind, "app:4"));
    assertThat(app.settled().names()).containsExactly("app-config-v003", "app-secret-v000");

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:3");
    assertThat(undone.names()).containsExactly("app-config-v002", "app-secret-v000");
    Workload.State older = app.undo("--to-revision=2");
    assertThat(older.image()).isEqualTo("app:2");
    assertThat(older.names()).containsExactly("app-config-v001", "app-secret-v000");
    Workload.State oldest = app.undo("--to-revision=1");
    assertThat(oldest.image()).isEqualTo("app:1");
    assertThat(oldest.names()).containsExactly("app-config-v000", "app-secret-v000");
  }

  @Test
  void headsThatWereWrittenWhileOptedOutGetTheNextNumberWhenTheyAreWrittenAgain(Shop shop) {
    shop.apply(config("a") + secret("app-secret", "KEY", "a"));
    shop.apply(config("b"));
    optOut(shop);
    shop.apply(config("c"));

    shop.optIn();
    shop.apply(config("d"));

    // Whoever comes first, the reconciler or this apply, the content from out there has its number.
    assertThat(version(shop.get(HEAD))).isEqualTo("v003");
    assertThat(shop.awaitObject("configmap/app-config-v002").at("/data/FOO").asText())
        .isEqualTo("c");
    assertThat(shop.awaitObject("configmap/app-config-v003").at("/data/FOO").asText())
        .isEqualTo("d");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly(
            "app-config-v000", "app-config-v001", "app-config-v002", "app-config-v003");
  }

  @Test
  void anUndoWhileOptedOutIsNotFollowedByLaterApplies(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = optedInWith(shop, "Deployment");
    shop.apply(config("b") + app("Deployment", "app:2"));
    app.settled();
    optOut(shop);
    // kubectl copies the revision's notes along, and nobody takes them off.
    assertThat(app.undo().names()).containsExactly("app-config", "app-secret");
    shop.optIn();
    awaitHeadAt(shop, HEAD, "v001");

    shop.apply(app("Deployment", "app:3"));

    Workload.State applied = app.settled();
    assertThat(applied.names()).containsExactly("app-config-v001", "app-secret-v000");
    assertThat(applied.held()).isEmpty();
    assertThat(applied.annotation(BASELINE)).isEmpty();
  }
}
