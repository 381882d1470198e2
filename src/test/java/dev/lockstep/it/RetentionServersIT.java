package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Retention by servers that are set otherwise, lack a right or are away. One test after the other
 * in a cluster of their own.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class RetentionServersIT {
  private static final String UNUSED_SINCE = "lockstep.dev/unused-since";
  private static final String APP = "deployment/my-app";
  private static final String SWEEPS = "lockstep_retention_sweeps_total";
  private static final String FAILURES = "lockstep_retention_failures_total";

  private static RealCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("retention-cluster");
  }

  @AfterEach
  void stopServers() {
    cluster.stopServers();
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(180)).pollInterval(Duration.ofMillis(500));
  }

  private static Shop shopThatKeepsNone(Map<String, String> settings) {
    cluster.install(settings);
    Shop shop = Shop.open(cluster);
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/keep-versions=0");
    return shop;
  }

  private static void release(Shop shop, String... values) {
    Stream.of(values).forEach(value -> shop.apply(configMap("app-config", "FOO", value)));
    shop.awaitObject("configmap/app-config-v00" + (values.length - 1));
  }

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static void awaitVersions(Shop shop, String... numbers) {
    List<String> expected = Stream.of(numbers).map(n -> "app-config-" + n).toList();
    waiting().until(() -> shop.versionsOf("configmap", "app-config"), expected::equals);
  }

  private static void assertUntouched(Shop shop, String... numbers) {
    assertThat(shop.list("configmap", "lockstep.dev/role=version,lockstep.dev/head=app-config"))
        .extracting(version -> version.at("/metadata/name").asText())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(numbers).map(n -> "app-config-" + n).toList());
    assertThat(shop.list("configmap", "lockstep.dev/role=version"))
        .allMatch(version -> Shop.meta(version, "annotations", UNUSED_SINCE).isEmpty());
  }

  @Test
  void whenTheLastUserHasGoneNoSweepIsNeeded() {
    Shop shop = shopThatKeepsNone(Map.of("LOCKSTEP_RETENTION_SWEEP", "1h"));
    Workload app = new Workload(shop, APP);
    shop.apply(configMap("app-config", "FOO", "a") + deployment("app:1"));
    app.settled();
    shop.apply(configMap("app-config", "FOO", "b"));
    shop.apply(configMap("app-config", "FOO", "c") + deployment("app:2"));
    app.settled();
    awaitVersions(shop, "v000", "v002");
    double sweeps = cluster.metric(SWEEPS);

    // The Deployment's controller takes the old ReplicaSet away.
    shop.kubectl("patch", APP, "-p", "{\"spec\": {\"revisionHistoryLimit\": 0}}");

    awaitVersions(shop, "v002");
    assertThat(cluster.metric(SWEEPS)).isEqualTo(sweeps);
  }

  @Test
  void aListThatFailsDeletesNothingAndIsToldInTheNamespace() {
    Shop shop = shopThatKeepsNone(Map.of());
    double before = cluster.metric(FAILURES);
    String verbs = "/rules/" + ruleAbout("jobs") + "/verbs";
    setVerbs(verbs, "[\"watch\"]");
    release(shop, "a", "b");

    waiting()
        .until(
            () ->
                shop.kubectl(
                        "get",
                        "events",
                        "--field-selector",
                        "involvedObject.kind=Namespace,reason=RetentionFailed,type=Warning",
                        "-o",
                        "jsonpath={.items[*].message}")
                    .out(),
            message -> message.contains("jobs.batch is forbidden"));
    assertThat(cluster.metric(FAILURES)).isGreaterThan(before);
    assertUntouched(shop, "v000", "v001");

    setVerbs(verbs, "[\"list\", \"watch\"]");

    awaitVersions(shop, "v001");
  }

  private static int ruleAbout(String resource) {
    JsonNode rules =
        Shop.json(
                cluster
                    .run("kubectl", List.of("get", "clusterrole", "lockstep", "-o", "json"), "")
                    .orFail())
            .path("rules");
    return IntStream.range(0, rules.size())
        .filter(i -> rules.get(i).path("resources").path(0).asText().equals(resource))
        .findFirst()
        .orElseThrow();
  }

  private static void setVerbs(String path, String verbs) {
    String patch =
        "[{\"op\": \"replace\", \"path\": \"%s\", \"value\": %s}]".formatted(path, verbs);
    cluster
        .run("kubectl", List.of("patch", "clusterrole", "lockstep", "--type=json", "-p", patch), "")
        .orFail();
  }

  @Test
  void aReportSaysWhatWouldGoAndChangesNothing() {
    Shop shop = shopThatKeepsNone(Map.of("LOCKSTEP_RETENTION_MODE", "report"));
    release(shop, "a", "b");

    waiting().until(() -> cluster.metric("lockstep_versions_reported_total") > 0);

    assertThat(cluster.read("logs/server.log"))
        .contains("ConfigMap " + shop.name() + "/app-config-v000: unused, would be deleted")
        .doesNotContain("app-config-v001: unused");
    assertUntouched(shop, "v000", "v001");
    assertThat(cluster.metric("lockstep_versions_deleted_total")).isZero();
  }

  @Test
  void whatIsYoungerThanTheMinimumAgeIsNotTouched() {
    Shop shop =
        shopThatKeepsNone(
            Map.of("LOCKSTEP_RETENTION_MINIMUM_AGE", "1h", "LOCKSTEP_RETENTION_SWEEP", "2s"));
    release(shop, "a", "b");
    double sweeps = cluster.metric(SWEEPS);

    // Time enough for one look to mark, and another to delete.
    waiting().until(() -> cluster.metric(SWEEPS) > sweeps + 8);

    assertUntouched(shop, "v000", "v001");
    assertThat(cluster.metric(FAILURES)).isZero();
  }

  @Test
  void aNamespaceThatIsNotOptedInAnyMoreIsCleanedOfWhatNobodyUsesIfThatIsAskedFor() {
    Shop shop = shopThatKeepsNone(Map.of("LOCKSTEP_RETENTION_OPTED_OUT", "clean"));
    Workload app = new Workload(shop, APP);
    // In use, or kept as long as it is opted in.
    shop.kubectl(
        "annotate", "--overwrite", "namespace", shop.name(), "lockstep.dev/keep-versions=9");
    shop.apply(configMap("app-config", "FOO", "a") + deployment("app:1"));
    app.settled();
    release(shop, "a", "b", "c");
    assertUntouched(shop, "v000", "v001", "v002");

    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning-");

    // The highest stays as long as there is what it is a version of.
    awaitVersions(shop, "v000", "v002");
    assertThat(app.now().names()).containsExactly("app-config-v000");
    shop.awaitNoWebhooks();
    shop.kubectl("delete", "configmap", "app-config");
    shop.kubectl("delete", APP);
    awaitVersions(shop);
  }

  @Test
  void whileNoServerAnswersVersionsAndNamespacesCanBeDeleted() {
    Shop shop = shopThatKeepsNone(Map.of());
    shop.apply(configMap("app-config", "FOO", "a") + deployment("app:1"));
    new Workload(shop, APP).settled();
    shop.apply(configMap("app-config", "FOO", "b"));
    assertThat(shop.tryKubectl("", "delete", "configmap", "app-config-v000").err())
        .contains("it is used by Deployment my-app");

    cluster.stopServers();

    shop.kubectl("delete", "configmap", "app-config-v000");
    cluster
        .run("kubectl", List.of("delete", "namespace", shop.name(), "--timeout=100s"), "")
        .orFail();
  }
}
