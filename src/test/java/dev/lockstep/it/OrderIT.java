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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files come in any order, and it ends right, or it is told. */
@OnRealCluster
class OrderIT {
  private static final String APP = "deployment/my-app";
  private static final String WAITING = "lockstep.dev/waiting";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(200);

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  /** A container with both, and what is to be said about both references. */
  private static String withSecret(String image, String more) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef: {name: app-config%s}
              - secretRef: {name: app-secret%s}
        """
            .formatted(image, more, more));
  }

  private static Workload.State awaitState(Workload workload, Predicate<Workload.State> expected) {
    await().atMost(PATIENCE).pollInterval(POLL).until(workload::now, expected);
    return workload.settled();
  }

  private static Predicate<Workload.State> names(String... names) {
    return state -> state.names().equals(List.of(names));
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, --server-side=false",
    "Deployment, --server-side",
    "StatefulSet, --server-side=false",
    "DaemonSet, --server-side=false"
  })
  void aWorkloadThatCameFirstIsBoundWhenItsConfigComes(String kind, String mode, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(workload(kind, "my-app", "app:1", "app-config"), mode);
    Workload.State waiting = app.settled();
    assertThat(waiting.names()).containsExactly("app-config");
    assertThat(waiting.annotation(WAITING)).isEqualTo("configmap/app-config");

    shop.apply(config("a"), mode);

    Workload.State bound = awaitState(app, names("app-config-v000"));
    assertThat(bound.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(bound.annotation(WAITING)).isEmpty();
    assertThat(bound.annotation("lockstep.dev/rebind")).isEmpty();
    assertThat(bound.held()).isEmpty();
    assertThat(bound.generation()).isEqualTo(waiting.generation() + 1);

    // Nothing is left that a later apply of the same files would change.
    shop.apply(config("a") + workload(kind, "my-app", "app:1", "app-config"), mode);
    assertThat(app.now().generation()).isEqualTo(bound.generation());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void anUndoGoesBackToWhatWasBoundWhenTheConfigCame(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(workload(kind, "my-app", "app:1", "app-config"));
    app.settled();
    shop.apply(config("a"));
    awaitState(app, names("app-config-v000"));
    shop.apply(config("b") + workload(kind, "my-app", "app:2", "app-config"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");

    Workload.State undone = app.undo();

    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.image()).isEqualTo("app:1");
  }

  /** There was no config in that revision: what its name means now is all there is. */
  @Test
  void anUndoToTheRevisionThatWaitedIsBound(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(deployment("app:1"));
    app.settled();
    shop.apply(config("a"));
    awaitState(app, names("app-config-v000"));
    shop.apply(config("b") + deployment("app:2"));
    app.settled();

    Workload.State undone = app.undo("--to-revision=1");

    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).hasSize(1).doesNotContain("app-config");
    assertThat(undone.annotation(WAITING)).isEmpty();
  }

  @Test
  void aCronJobThatCameFirstIsBoundToo(Shop shop) {
    shop.apply(KindsIT.Kind.CRON_JOB.manifest("app:1"));
    assertThat(KindsIT.Kind.CRON_JOB.in(shop).config()).isEqualTo("app-config");

    shop.apply(config("a"));

    await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .until(() -> KindsIT.Kind.CRON_JOB.in(shop).config().equals("app-config-v000"));
  }

  @Test
  void twoThatAreWaitedForComeOneAfterTheOther(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(withSecret("app:1", ""));
    assertThat(app.settled().annotation(WAITING))
        .isEqualTo("configmap/app-config,secret/app-secret");

    shop.apply(config("a"));
    Workload.State half = awaitState(app, names("app-config-v000", "app-secret"));
    assertThat(half.annotation(WAITING)).isEqualTo("secret/app-secret");

    shop.apply(secret("app-secret", "KEY", "a"));
    Workload.State whole = awaitState(app, names("app-config-v000", "app-secret-v000"));
    assertThat(whole.annotation(WAITING)).isEmpty();
    assertThat(whole.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
  }

  @Test
  void whatIsOptionalIsBoundAtTheNextApply(Shop shop) {
    Workload app = new Workload(shop, APP);
    Workload canary = new Workload(shop, "deployment/zz-canary");
    shop.apply(
        withSecret("app:1", ", optional: true")
            + workload("Deployment", "zz-canary", "app:1", "app-config"));
    Workload.State first = app.settled();
    assertThat(first.annotation(WAITING)).isEmpty();

    shop.apply(config("a") + secret("app-secret", "KEY", "a"));

    // The canary is seen to after it: what was to happen has happened then.
    awaitState(canary, names("app-config-v000"));
    assertThat(app.now().template()).isEqualTo(first.template());
    shop.apply(withSecret("app:2", ", optional: true"));
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
  }

  /**
   * The same file again is no request that changes a template: nothing could be rewritten in it.
   */
  @Test
  void whatIsOptionalIsBoundWithoutAnApplyWhenAskedFor(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(withSecret("app:1", ", optional: true"));
    shop.apply(config("a") + secret("app-secret", "KEY", "a"));
    shop.apply(withSecret("app:1", ", optional: true"));
    assertThat(app.now().names()).containsExactly("app-config", "app-secret");

    shop.kubectl("annotate", APP, "lockstep.dev/rebind=");

    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(app.now().annotation("lockstep.dev/rebind")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"workload", "namespace"})
  void withAutoItEndsOnTheNewVersionThoughTheWorkloadsFileIsFirst(String where, Shop shop) {
    Workload app = new Workload(shop, APP);
    String auto = "lockstep.dev/rollout=auto";
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + withSecret("app:1", ""));
    app.settled();
    shop.kubectl("annotate", where.equals("workload") ? APP : "namespace/" + shop.name(), auto);

    shop.apply(withSecret("app:2", "") + secret("app-secret", "KEY", "b"));

    Workload.State followed = awaitState(app, names("app-config-v000", "app-secret-v001"));
    assertThat(followed.image()).isEqualTo("app:2");
    assertThat(followed.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v001");
    // Two revisions of that apply, so the undo goes to the first of them.
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:2");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.held()).isEqualTo("secret/app-secret=v000");
  }

  @Test
  void withoutItTheWorkloadStaysAndThatIsTold(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(secret("app-secret", "KEY", "a") + config("a") + withSecret("app:1", ""));
    app.settled();

    shop.apply(withSecret("app:2", "") + secret("app-secret", "KEY", "b"));

    JsonNode event =
        await()
            .atMost(PATIENCE)
            .pollInterval(POLL)
            .until(() -> events(shop, "LeftBehind"), events -> !events.isEmpty())
            .get(0);
    assertThat(event.at("/involvedObject/kind").asText()).isEqualTo("Deployment");
    assertThat(event.at("/involvedObject/name").asText()).isEqualTo("my-app");
    assertThat(event.at("/involvedObject/uid")).isEqualTo(app.now().object().at("/metadata/uid"));
    assertThat(event.path("message").asText()).contains("secret/app-secret=v001");
    assertThat(shop.kubectl("describe", APP).out()).contains("LeftBehind");
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
    // It counts those of all namespaces, and other tests have theirs.
    await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .until(() -> shop.cluster().metric("lockstep_workloads_behind") >= 1);
    assertThat(shop.cluster().metric("lockstep_leader")).isEqualTo(1);

    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v001");
  }

  private static List<JsonNode> events(Shop shop, String reason) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .toList();
  }
}
