package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Versions that nobody can need any more go; all others stay. */
@OnRealCluster
@Order(1)
class RetentionIT {
  private static final String UNUSED_SINCE = "lockstep.dev/unused-since";
  private static final String KEEP_NONE = "lockstep.dev/keep-versions=0";
  private static final String APP = "deployment/my-app";

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(500));
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  /** A pod without owner that reads this ConfigMap. */
  private static String pod(String name, String configMap) {
    return """
    apiVersion: v1
    kind: Pod
    metadata: {name: %s}
    spec: {containers: [{name: app, image: app, envFrom: [{configMapRef: {name: %s}}]}]}
    ---
    """
        .formatted(name, configMap);
  }

  /** Applies these contents of {@code app-config}, one after the other. */
  private static void release(Shop shop, String... values) {
    for (String value : values) {
      shop.apply(config(value));
    }
  }

  private static void keepNone(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), KEEP_NONE);
  }

  private static void awaitVersions(Shop shop, String head, String... numbers) {
    awaitKind(shop, "configmap", head, numbers);
  }

  private static void awaitSecretVersions(Shop shop, String head, String... numbers) {
    awaitKind(shop, "secret", head, numbers);
  }

  private static void awaitKind(Shop shop, String kind, String head, String... numbers) {
    List<String> expected = List.of(numbers).stream().map(n -> head + "-" + n).toList();
    patiently().untilAsserted(() -> assertThat(shop.versionsOf(kind, head)).isEqualTo(expected));
  }

  private static boolean isMarked(Shop shop, String version) {
    return !Shop.meta(shop.get("configmap/" + version), "annotations", UNUSED_SINCE).isEmpty();
  }

  private static void awaitMark(Shop shop, String version) {
    patiently().until(() -> isMarked(shop, version));
  }

  @Test
  void theNewestTenOfAConfigMapAndThreeOfASecretAreKeptUnused(Shop shop) {
    for (int n = 0; n < 12; n++) {
      shop.apply(config("value " + n));
    }
    for (int n = 0; n < 5; n++) {
      shop.apply(secret("login", "PASSWORD", "password " + n));
    }

    awaitSecretVersions(shop, "login", "v002", "v003", "v004");
    awaitVersions(
        shop,
        "app-config",
        "v002",
        "v003",
        "v004",
        "v005",
        "v006",
        "v007",
        "v008",
        "v009",
        "v010",
        "v011");
  }

  @Test
  void aHeadOrItsNamespaceSaysHowManyAreKept(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/keep-versions=1");
    for (String value : List.of("a", "b", "c", "d")) {
      for (String head : List.of("own", "alias", "none", "silent")) {
        shop.apply(configMap(head, "FOO", value));
      }
      shop.kubectl("annotate", "--overwrite", "cm/own", "lockstep.dev/keep-versions=2");
      shop.kubectl(
          "annotate", "--overwrite", "cm/alias", "strategy.spinnaker.io/max-version-history=3");
      shop.kubectl("annotate", "--overwrite", "cm/none", KEEP_NONE);
    }

    awaitVersions(shop, "own", "v002", "v003");
    awaitVersions(shop, "alias", "v001", "v002", "v003");
    awaitVersions(shop, "none", "v003");
    awaitVersions(shop, "silent", "v003");
  }

  @Test
  void whatIsKeptAndWhatTheHistoryNamesIsAllThatIsLeftAndEachUndoFindsItsConfig(Shop shop) {
    Workload app = new Workload(shop, APP);
    keepNone(shop);
    for (int n = 0; n < 20; n++) {
      shop.apply(config("value " + n));
      if (n % 2 == 0) {
        String limited =
            deployment("app:" + n)
                .replace("spec:\n  rep", "spec:\n  revisionHistoryLimit: 2\n  rep");
        shop.apply(limited);
        shop.kubectl("rollout", "status", APP, "--timeout=60s");
      }
    }

    awaitVersions(shop, "app-config", "v014", "v016", "v018", "v019");

    Map<String, String> configs = new TreeMap<>();
    for (JsonNode revision : shop.list("replicaset", "app=my-app")) {
      configs.put(
          Shop.meta(revision, "annotations", "deployment.kubernetes.io/revision"),
          revision.at("/spec/template/spec/containers/0/envFrom/0/configMapRef/name").asText());
    }
    assertThat(configs.values()).hasSize(3);
    configs.forEach(
        (revision, config) -> {
          if (!config.equals(app.now().names().get(0))) {
            app.undo("--to-revision=" + revision);
          }
          assertThat(app.now().names()).containsExactly(config);
          String number = config.substring(config.length() - 2);
          assertThat(shop.get("configmap/" + config).at("/data/FOO").asText())
              .isEqualTo("value " + number);
        });
  }

  @Test
  void whateverCouldBringAVersionBackKeepsIt(Shop shop) {
    List<String> heads = List.of("cron", "job", "set", "daemon", "pod", "zero", "template", "text");
    keepNone(shop);
    heads.forEach(head -> shop.apply(configMap(head, "FOO", "a")));
    String template = "{spec: {restartPolicy: %s, containers: [{name: app, image: app, %s}]}}";
    String reads = "envFrom: [{configMapRef: {name: %s}}]";
    shop.apply(
        """
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: cron}
        spec: {suspend: true, schedule: 0 0 1 1 *, jobTemplate: {spec: {template: %s}}}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: {name: job}
        spec: {template: %s}
        ---
        apiVersion: v1
        kind: PodTemplate
        metadata: {name: template}
        template: %s
        ---
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata: {name: zero}
        spec:
          replicas: 0
          selector: {matchLabels: {app: zero}}
          template: {metadata: {labels: {app: zero}}, spec: {containers: [{name: app, image: app, %s}]}}
        ---
        """
            .formatted(
                template.formatted("Never", reads.formatted("cron")),
                template.formatted("Never", reads.formatted("job")),
                template.formatted("Always", reads.formatted("template")),
                reads.formatted("zero")));
    shop.apply(pod("pod", "pod") + pod("text", "none").replace("image: app", "image: text-v000"));
    shop.apply(workload("StatefulSet", "set", "app:1", "set"));
    shop.apply(workload("DaemonSet", "daemon", "app:1", "daemon"));
    new Workload(shop, "statefulset/set").settled();
    new Workload(shop, "daemonset/daemon").settled();
    finish(shop, "job");

    for (String value : List.of("b", "c")) {
      heads.forEach(head -> shop.apply(configMap(head, "FOO", value)));
    }
    shop.apply(workload("StatefulSet", "set", "app:2", "set"));
    shop.apply(workload("DaemonSet", "daemon", "app:2", "daemon"));

    heads.forEach(head -> awaitVersions(shop, head, "v000", "v002"));
    shop.kubectl("rollout", "undo", "statefulset/set");
    shop.kubectl("rollout", "undo", "daemonset/daemon");
    assertThat(new Workload(shop, "statefulset/set").settled().names()).containsExactly("set-v000");
    assertThat(new Workload(shop, "daemonset/daemon").settled().names())
        .containsExactly("daemon-v000");
    assertThat(shop.find("pod/pod")).isPresent();
    assertThat(shop.get("job/job").at("/status/succeeded").asInt()).isOne();
  }

  @Test
  void whatAConfiguredKindNamesIsKept(Shop shop) {
    KindsIT.serveRollouts(shop);
    keepNone(shop);
    release(shop, "a");
    shop.apply(
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: my-rollout}
        spec:
          template:
            spec: {containers: [{name: app, image: app, envFrom: [{configMapRef: {name: app-config}}]}]}
        ---
        """);
    release(shop, "b", "c");

    awaitVersions(shop, "app-config", "v000", "v002");
    shop.kubectl("delete", "rollouts.argoproj.io", "my-rollout");
    awaitVersions(shop, "app-config", "v002");
  }

  private static void finish(Shop shop, String job) {
    String selector = "batch.kubernetes.io/job-name=" + job;
    patiently().until(() -> !shop.list("pod", selector).isEmpty());
    String pod = shop.list("pod", selector).get(0).at("/metadata/name").asText();
    shop.kubectl(
        "patch",
        "pod",
        pod,
        "--subresource=status",
        "-p",
        "{\"status\": {\"phase\": \"Succeeded\"}}");
    patiently().until(() -> shop.get("job/" + job).at("/status/succeeded").asInt() == 1);
  }

  @Test
  void whatARevisionMeantBeforeOptInIsKept(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, APP);
    keepNone(shop);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(deployment("app:2"));
    app.settled();
    shop.optIn();
    patiently()
        .until(
            () ->
                shop.list("replicaset", "app=my-app").stream()
                    .map(set -> Shop.meta(set, "annotations", "lockstep.dev/baseline"))
                    .allMatch("configmap/app-config=v000"::equals));
    shop.apply(config("b"));
    shop.apply(config("c") + deployment("app:3"));
    app.settled();

    awaitVersions(shop, "app-config", "v000", "v002");
    assertThat(app.undo("--to-revision=1").names()).containsExactly("app-config-v000");
  }

  @Test
  void theSameNameInAnotherNamespaceKeepsNothing(Shop shop) {
    Shop other = Shop.open(shop.cluster());
    other.apply(config("a") + pod("reader", "app-config"));
    other.awaitObject("configmap/app-config-v000");
    keepNone(shop);
    release(shop, "a", "b");

    awaitVersions(shop, "app-config", "v001");
    assertThat(other.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
  }

  @Test
  void whatIsAnnotatedIsKept(Shop shop) {
    release(shop, "a");
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("annotate", "configmap/app-config-v000", "lockstep.dev/keep=true");
    keepNone(shop);
    release(shop, "b", "c");

    awaitVersions(shop, "app-config", "v000", "v002");
    shop.kubectl("annotate", "configmap/app-config-v000", "lockstep.dev/keep-");
    awaitVersions(shop, "app-config", "v002");
  }

  @Test
  void versionsOfADeletedHeadGoOnceUnusedTheHighestLast(Shop shop) {
    release(shop, "a", "b");
    shop.apply(pod("reader", "app-config"));
    release(shop, "c");
    shop.awaitObject("configmap/app-config-v002");
    shop.kubectl("delete", "configmap", "app-config");

    awaitVersions(shop, "app-config", "v001", "v002");
    release(shop, "d");
    shop.awaitObject("configmap/app-config-v003");
    shop.kubectl("delete", "configmap", "app-config");
    shop.kubectl("delete", "pod", "reader", "--force", "--grace-period=0");

    patiently()
        .until(
            () -> shop.versionsOf("configmap", "app-config"),
            versions -> {
              assertThat(versions).matches(v -> v.isEmpty() || v.contains("app-config-v003"));
              return versions.isEmpty();
            });
    release(shop, "e");
    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
  }

  @Test
  void aMarkedVersionThatSomebodyPinsIsKept(Shop shop) {
    keepNone(shop);
    release(shop, "a", "b", "c");
    awaitMark(shop, "app-config-v000");

    shop.apply(pod("reader", "app-config-v000"));

    assertThat(isMarked(shop, "app-config-v000")).isFalse();
    awaitVersions(shop, "app-config", "v000", "v002");
  }

  @Test
  void aMarkedVersionWhoseContentComesBackIsKept(Shop shop) {
    keepNone(shop);
    release(shop, "a", "b", "c");
    awaitMark(shop, "app-config-v000");

    release(shop, "a");

    assertThat(isMarked(shop, "app-config-v000")).isFalse();
    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
    awaitVersions(shop, "app-config", "v000");
  }

  @Test
  void aMarkedVersionThatAnUndoBringsBackIsKept(Shop shop) {
    Workload app = new Workload(shop, APP);
    keepNone(shop);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    release(shop, "b");
    shop.apply(config("c") + deployment("app:2"));
    app.settled();
    // As if it had been seen unused long ago.
    String mark = UNUSED_SINCE + "=" + Instant.now().minusSeconds(1);
    shop.kubectl("annotate", "configmap/app-config-v000", mark);

    assertThat(app.undo().names()).containsExactly("app-config-v000");

    assertThat(isMarked(shop, "app-config-v000")).isFalse();
    awaitVersions(shop, "app-config", "v000", "v002");
  }

  @Test
  void aRotatedCredentialGoesOnceNothingNamesIt(Shop shop) {
    shop.apply(secret("login", "PASSWORD", "one") + reader("app:1"));
    shop.kubectl("annotate", "secret/login", KEEP_NONE);
    new Workload(shop, APP).settled();
    shop.apply(secret("login", "PASSWORD", "two"));
    shop.apply(secret("login", "PASSWORD", "three"));

    awaitSecretVersions(shop, "login", "v000", "v002");
    shop.apply(reader("app:2"));

    awaitSecretVersions(shop, "login", "v002");
  }

  /** Without history: what it does not run with any more, nobody brings back. */
  private static String reader(String image) {
    return workload(
            "Deployment",
            "my-app",
            "containers: [{name: app, image: '%s', envFrom: [{secretRef: {name: login}}]}]\n"
                .formatted(image))
        .replace("spec:\n  rep", "spec:\n  revisionHistoryLimit: 0\n  rep");
  }

  @Test
  void anOptedOutNamespaceKeepsWhatIsThere(Shop shop) {
    release(shop, "a", "b");
    shop.awaitObject("configmap/app-config-v001");
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning-");
    keepNone(shop);
    Shop other = Shop.open(shop.cluster());
    keepNone(other);
    release(other, "a", "b");

    awaitVersions(other, "app-config", "v001");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001");
  }

  @Test
  void whatOnlyLooksLikeAVersionIsNobodysToDelete(Shop shop) {
    keepNone(shop);
    shop.apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: app-config-v000
          labels:
            lockstep.dev/role: version
            lockstep.dev/head: app-config
            lockstep.dev/version: v000
            lockstep.dev/content: h1-00000000000000000000000000000000
          annotations: {lockstep.dev/head-name: app-config}
        data: {FOO: mine}
        ---
        """);
    release(shop, "a", "b", "c");

    awaitVersions(shop, "app-config", "v000", "v003");
    assertThat(isMarked(shop, "app-config-v000")).isFalse();
  }

  @Test
  void whatIsDeletedIsCounted(Shop shop) {
    double before = shop.cluster().metric("lockstep_versions_deleted_total");
    keepNone(shop);
    release(shop, "a", "b");
    awaitVersions(shop, "app-config", "v001");

    assertThat(shop.cluster().metric("lockstep_versions_deleted_total")).isGreaterThan(before);
    assertThat(shop.cluster().metric("lockstep_retention_failures_total")).isNotNegative();
  }
}
