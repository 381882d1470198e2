package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With {@code lockstep.dev/rollout: auto} a workload follows its heads by itself. */
@OnRealCluster
class AutoIT {
  private static final String APP = "deployment/my-app";
  private static final String AUTO = "lockstep.dev/rollout=auto";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(200);

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static String namespace(Shop shop) {
    return "namespace/" + shop.name();
  }

  private static Workload.State awaitState(Workload workload, Predicate<Workload.State> expected) {
    await().atMost(PATIENCE).pollInterval(POLL).until(workload::now, expected);
    return workload.settled();
  }

  private static Predicate<Workload.State> names(String... names) {
    return state -> state.names().equals(List.of(names));
  }

  /**
   * A workload that is seen to after all others of its namespace. Once it has followed its own
   * head, whatever was going to happen to the others has happened.
   */
  private record Canary(Workload app) {

    /** In a namespace that is {@code auto}. */
    static Canary in(Shop shop) {
      shop.apply(
          configMap("zz-config", "FOO", "0")
              + workload("Deployment", "zz-canary", "app:1", "zz-config"));
      shop.kubectl("annotate", namespace(shop), AUTO);
      return new Canary(new Workload(shop, "deployment/zz-canary"));
    }

    /** To be applied together with what is to be seen to. */
    String next(int version) {
      return configMap("zz-config", "FOO", String.valueOf(version));
    }

    void awaitFollowed(int version) {
      awaitState(app, names("zz-config-v%03d".formatted(version)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, workload",
    "Deployment, namespace",
    "StatefulSet, workload",
    "DaemonSet, workload"
  })
  void theConfigAloneChangesAndTheWorkloadFollows(String kind, String where, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(config("a") + workload(kind, "my-app", "app:1", "app-config"));
    shop.kubectl("annotate", where.equals("workload") ? app.kindAndName() : namespace(shop), AUTO);
    Workload.State first = app.settled();

    shop.apply(config("b"));

    Workload.State followed = awaitState(app, names("app-config-v001"));
    assertThat(followed.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(followed.image()).isEqualTo("app:1");
    assertThat(followed.generation()).isEqualTo(first.generation() + 1);
    assertThat(followed.held()).isEmpty();
    assertThat(followed.annotation("lockstep.dev/rebind")).isEmpty();
  }

  @Test
  void aNamespaceThatBecomesAutoCatchesUp(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b"));
    assertThat(app.now().names()).containsExactly("app-config-v000");

    shop.kubectl("annotate", namespace(shop), AUTO);

    awaitState(app, names("app-config-v001"));
  }

  @Test
  void aWorkloadsOnApplyCountsBeforeItsNamespacesAuto(Shop shop) {
    Canary canary = Canary.in(shop);
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.kubectl("annotate", APP, "lockstep.dev/rollout=on-apply");

    shop.apply(config("b") + canary.next(1));

    canary.awaitFollowed(1);
    assertThat(app.now().names()).containsExactly("app-config-v000");
  }

  @Test
  void configAndWorkloadInOneApplyAreOneRollout(Shop shop) {
    Canary canary = Canary.in(shop);
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    Workload.State first = app.settled();

    shop.apply(config("b") + deployment("app:2") + canary.next(1));

    canary.awaitFollowed(1);
    Workload.State second = app.settled();
    assertThat(second.names()).containsExactly("app-config-v001");
    assertThat(second.image()).isEqualTo("app:2");
    assertThat(second.generation()).isEqualTo(first.generation() + 1);
    assertThat(shop.list("replicasets", "app=my-app")).hasSize(2);
  }

  @Test
  void twoHeadsThatChangeAtOnceAreOneRollout(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(
        config("a")
            + secret("app-secret", "KEY", "a")
            + workload(
                "Deployment",
                "my-app",
                """
                containers:
                  - name: app
                    image: app:1
                    envFrom:
                      - configMapRef: {name: app-config}
                      - secretRef: {name: app-secret}
                """));
    shop.kubectl("annotate", APP, AUTO);
    Workload.State first = app.settled();

    shop.apply(config("b") + secret("app-secret", "KEY", "b"));

    Workload.State followed = awaitState(app, names("app-config-v001", "app-secret-v001"));
    assertThat(followed.generation()).isEqualTo(first.generation() + 1);
    assertThat(shop.list("replicasets", "app=my-app")).hasSize(2);
  }

  @Test
  void severalChangesInARowAreOneRollout(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.kubectl("annotate", APP, AUTO);
    Workload.State first = app.settled();

    shop.apply(config("b") + config("c") + config("d"));

    Workload.State followed = awaitState(app, names("app-config-v003"));
    assertThat(followed.generation()).isEqualTo(first.generation() + 1);
  }

  @Test
  void configThatGoesBackTakesTheWorkloadBack(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.kubectl("annotate", APP, AUTO);
    shop.apply(config("b"));
    awaitState(app, names("app-config-v001"));

    shop.apply(config("a"));

    Workload.State back = awaitState(app, names("app-config-v000"));
    assertThat(back.held()).isEmpty();
    shop.apply(config("c"));
    awaitState(app, names("app-config-v002"));
  }

  @Test
  void aWorkloadThatWasRolledBackIsNotDraggedForward(Shop shop) {
    Canary canary = Canary.in(shop);
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b") + deployment("app:2"));
    app.settled();
    Workload.State undone = app.undo();
    assertThat(undone.names()).containsExactly("app-config-v000");

    // Neither back to what it was rolled back from, nor to what is newer.
    shop.apply(canary.next(1));
    canary.awaitFollowed(1);
    assertThat(app.now().generation()).isEqualTo(undone.generation());
    shop.apply(config("c") + canary.next(2));
    canary.awaitFollowed(2);
    assertThat(app.now().generation()).isEqualTo(undone.generation());
    assertThat(app.now().held()).isEqualTo("configmap/app-config=v000");

    // The next apply ends it, and it follows again.
    shop.apply(deployment("app:3"));
    assertThat(app.settled().names()).containsExactly("app-config-v002");
    shop.apply(config("d"));
    awaitState(app, names("app-config-v003"));
  }

  @Test
  void aPinnedWorkloadIsNotMoved(Shop shop) {
    Canary canary = Canary.in(shop);
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    Workload.State pinned = app.settled();
    shop.kubectl("annotate", APP, "lockstep.dev/rollout=pinned");

    shop.apply(config("b") + canary.next(1));

    canary.awaitFollowed(1);
    assertThat(app.now().template()).isEqualTo(pinned.template());
  }

  @Test
  void aVersionThatWasNamedByHandIsNotMoved(Shop shop) {
    Canary canary = Canary.in(shop);
    shop.apply(config("a"));
    shop.awaitObject("configmap/app-config-v000");
    Workload app = new Workload(shop, APP);
    shop.apply(workload("Deployment", "my-app", "app:1", "app-config-v000"));

    shop.apply(config("b") + canary.next(1));

    canary.awaitFollowed(1);
    assertThat(app.now().names()).containsExactly("app-config-v000");
  }

  @Test
  void aWorkloadWhoseHeadIsDeletedIsNotTouched(Shop shop) {
    Canary canary = Canary.in(shop);
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    Workload.State bound = app.settled();

    shop.kubectl("delete", "configmap", "app-config");
    shop.apply(canary.next(1));

    canary.awaitFollowed(1);
    assertThat(app.now().generation()).isEqualTo(bound.generation());
    assertThat(app.now().template()).isEqualTo(bound.template());
    assertThat(app.now().annotation("lockstep.dev/waiting")).isEmpty();
  }

  @Test
  void fieldManagersStayAsTheyWere(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"), "--server-side", "--field-manager=team");
    app.settled();
    shop.kubectl("annotate", namespace(shop), AUTO);
    String before = ownersOfSpec(shop);
    assertThat(before).contains("team").doesNotContain("lockstep");

    shop.apply(config("b"), "--server-side", "--field-manager=team");
    awaitState(app, names("app-config-v001"));

    assertThat(ownersOfSpec(shop)).isEqualTo(before);
    // So the team's next apply meets no conflict.
    shop.apply(config("b") + deployment("app:2"), "--server-side", "--field-manager=team");
    assertThat(app.now().names()).containsExactly("app-config-v001");
  }

  /** Who owns what of the spec; the server may own annotations of its own, and nothing besides. */
  private static String ownersOfSpec(Shop shop) {
    JsonNode fields =
        Shop.json(shop.kubectl("get", APP, "-o", "json", "--show-managed-fields"))
            .at("/metadata/managedFields");
    return StreamSupport.stream(fields.spliterator(), false)
        .filter(entry -> entry.at("/fieldsV1").has("f:spec"))
        .map(entry -> entry.path("manager").asText() + " " + entry.at("/fieldsV1/f:spec"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  @Test
  void aWorkloadThatIsRefusedDoesNotKeepOthersFromFollowing(Shop shop) {
    Workload refused = new Workload(shop, "deployment/a-strict");
    Workload app = new Workload(shop, APP);
    String strict =
        workload(
                "Deployment",
                "a-strict",
                """
                containers:
                  - name: app
                    image: app:1
                    env:
                      - {name: F, valueFrom: {configMapKeyRef: {name: app-config, key: FOO}}}
                """)
            .replaceFirst(
                "  name: a-strict\n",
                "  name: a-strict\n  annotations: {lockstep.dev/missing: deny}\n");
    shop.apply(config("a") + strict + deployment("app:1"));
    shop.kubectl("annotate", namespace(shop), AUTO);

    shop.apply(configMap("app-config", "BAR", "b"));

    awaitState(app, names("app-config-v001"));
    assertThat(refused.now().names()).containsExactly("app-config-v000");
    JsonNode event =
        await()
            .atMost(PATIENCE)
            .pollInterval(POLL)
            .until(() -> events(shop, "RebindRefused"), events -> !events.isEmpty())
            .get(0);
    assertThat(event.at("/involvedObject/name").asText()).isEqualTo("a-strict");
    assertThat(event.path("type").asText()).isEqualTo("Warning");
    assertThat(event.path("message").asText()).contains("ConfigMap app-config has no key FOO");

    // What can be followed again is.
    shop.apply(configMap("app-config", "FOO", "c"));
    awaitState(refused, names("app-config-v002"));
  }

  private static List<JsonNode> events(Shop shop, String reason) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .toList();
  }

  @Test
  void manyWorkloadsOfOneConfigAllFollow(Shop shop) {
    int many = Integer.getInteger("lockstep.workloads");
    shop.kubectl("annotate", namespace(shop), AUTO);
    shop.apply(
        config("a")
            + IntStream.range(0, many)
                .mapToObj(i -> workload("Deployment", "app-" + i, "app:1", "app-config"))
                .map(yaml -> yaml.replace("replicas: 1", "replicas: 0"))
                .collect(Collectors.joining()));

    shop.apply(config("b"));

    List<JsonNode> all =
        await()
            // Five a second follow.
            .atMost(PATIENCE.plusSeconds(many))
            .pollInterval(POLL)
            .until(
                () -> shop.list("deployments", ""),
                list -> list.stream().map(Workload.State::new).allMatch(names("app-config-v001")));
    assertThat(all).hasSize(many).allMatch(app -> app.at("/metadata/generation").asInt() == 2);
  }
}
