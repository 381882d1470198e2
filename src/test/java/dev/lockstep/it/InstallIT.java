package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What an install may do, asked of the API server's audit log; what it does with what an earlier
 * one left; and what is left of it. One test after the other in a cluster of their own.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class InstallIT {
  private static final Path AUDIT = Path.of("target", "install-audit").toAbsolutePath();
  private static final Path FIXTURES = Path.of("src/test/resources/written-by");
  private static final String BASELINE = "lockstep.dev/baseline";
  private static final String KEEP_NONE = "lockstep.dev/keep-versions=0";

  /** Unused versions are to go while the test waits. */
  private static final Map<String, String> QUICK =
      Map.of(
          "LOCKSTEP_QUIET_PERIOD", "1s",
          "LOCKSTEP_RETENTION_GRACE", "1s",
          "LOCKSTEP_RETENTION_SWEEP", "3s");

  private static RealCluster cluster;

  /** How long the audit log was when the test began. */
  private int auditedBefore;

  @BeforeAll
  static void start() throws IOException {
    Files.createDirectories(AUDIT);
    Files.deleteIfExists(AUDIT.resolve("log"));
    Path policy =
        Files.writeString(
            AUDIT.resolve("policy.yaml"),
            """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
              - level: Metadata
                users: ["system:serviceaccount:lockstep-system:lockstep"]
              - level: None
            """);
    cluster =
        new RealCluster(
            "install-cluster",
            "--apiserver-arg=--audit-policy-file=" + policy,
            "--apiserver-arg=--audit-log-path=" + AUDIT.resolve("log"));
    cluster
        .run(
            "kubectl",
            List.of("apply", "-f", "-"),
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: rollouts.argoproj.io
            spec:
              group: argoproj.io
              scope: Namespaced
              names: {kind: Rollout, plural: rollouts}
              versions:
                - name: v1alpha1
                  served: true
                  storage: true
                  schema:
                    openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """)
        .orFail();
    cluster
        .run("kubectl", List.of("wait", "--for=condition=Established", "crd", "--all"), "")
        .orFail();
  }

  /** Without what an install makes once, so that the next one makes it, too. */
  @AfterEach
  void uninstall() {
    cluster.uninstall();
    cluster
        .run(
            "kubectl",
            List.of("-n", "lockstep-system", "delete", "lease,secret", "--all", "--wait"),
            "")
        .orFail();
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200));
  }

  /** The chart's values and the same settings of the server, which runs beside the cluster. */
  private void install(Map<String, String> settings, String... options) {
    auditedBefore = audited().length();
    Map<String, String> environment = new HashMap<>(QUICK);
    environment.putAll(settings);
    List<String> all = new ArrayList<>(List.of("--certificates=secret"));
    all.addAll(List.of(options));
    cluster.install(environment, all.toArray(String[]::new));
  }

  private static String audited() {
    try {
      Path log = AUDIT.resolve("log");
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What the server asked of the API server since it was installed. */
  private List<Right.Call> calls() {
    return Right.Call.in(audited().substring(auditedBefore));
  }

  private static Set<Right> given() {
    return Right.given(
        cluster
            .run("helm", List.of("-n", "lockstep-system", "get", "manifest", "lockstep"), "")
            .orFail()
            .out());
  }

  private void assertThatRightsAreWhatIsUsed() {
    Set<Right> given = given();
    // On a busy machine a watch may be begun anew, a minute later.
    waiting()
        .untilAsserted(
            () -> {
              List<Right.Call> soFar = calls();
              assertThat(given.stream().filter(right -> soFar.stream().noneMatch(right::allows)))
                  .as("unused")
                  .isEmpty();
            });
    List<Right.Call> calls = calls();
    assertThat(calls.stream().filter(Right.Call::refused)).as("missing").isEmpty();
    assertThat(calls.stream().filter(call -> given.stream().noneMatch(right -> right.allows(call))))
        .as("allowed by somebody else")
        .isEmpty();
  }

  @Test
  void everyRightOfTheClusterRoleIsUsedAndNoneIsMissing() {
    install(Map.of());
    playAll(Shop.closed(cluster));
    assertThatRightsAreWhatIsUsed();
  }

  @Test
  void withoutSecretsNoneIsAskedFor() {
    install(Map.of("LOCKSTEP_KINDS", "config-maps"), "--set=config.kinds={config-maps}");
    Shop shop = Shop.closed(cluster);
    shop.apply(secret("login", "PASSWORD", "one"));
    playAll(shop, "configmap");

    shop.apply(
        workload(
            "Deployment",
            "with-secret",
            "containers: [{name: app, image: app, envFrom: [{secretRef: {name: login}}]}]\n"));

    assertThat(new Workload(shop, "deployment/with-secret").now().names()).containsExactly("login");
    assertThat(shop.list("secret", "lockstep.dev/role")).isEmpty();
    assertThat(calls()).extracting(Right.Call::resource).doesNotContain("secrets");
    assertThatRightsAreWhatIsUsed();
  }

  @Test
  void listedNamespacesNeedNoRightElsewhere() {
    Shop shop = Shop.closed(cluster);
    Shop other = Shop.closed(cluster);
    install(Map.of("LOCKSTEP_NAMESPACES", shop.name()), "--set=namespaces={" + shop.name() + "}");
    other.kubectl("label", "namespace", other.name(), "lockstep.dev/versioning=enabled");
    playAll(shop);

    other.apply(configMap("app-config", "FOO", "bar"));

    assertThat(Shop.meta(other.get("configmap/app-config"), "labels", "lockstep.dev/role"))
        .isEmpty();
    assertThat(given()).extracting(Right::where).doesNotContain(Right.ANYWHERE);
    assertThatRightsAreWhatIsUsed();
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning-");
    waiting().until(() -> shop.list("configmap", "lockstep.dev/role=head").isEmpty());
  }

  /** Once everything that the server does without being asked, or is asked for. */
  private static void playAll(Shop shop) {
    playAll(shop, "configmap", "secret");
  }

  private static void playAll(Shop shop, String... kinds) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    for (String kind : List.of("Deployment", "StatefulSet")) {
      shop.apply(workload(kind, "before", "app:1", "app-config"));
    }
    for (String kind : kinds) {
      shop.apply(head(kind, "a"));
    }
    waiting().until(() -> revisions(shop).size() == 2);
    shop.optIn();
    waiting()
        .until(
            () ->
                revisions(shop).stream()
                    .noneMatch(revision -> Shop.meta(revision, "annotations", BASELINE).isEmpty()));
    whatWaitsIsBound(shop);
    for (String kind : kinds) {
      shop.kubectl("annotate", kind, "short-lived", KEEP_NONE);
      shop.apply(head(kind, "b"));
      shop.awaitObject(kind + "/short-lived-v001");
      waiting().until(() -> shop.find(kind + "/short-lived-v000").isEmpty());
    }
    assertThat(shop.tryKubectl("", "delete", "configmap", "later-v000").err())
        .contains("it is used by");
  }

  private static String head(String kind, String value) {
    return kind.equals("secret")
        ? secret("short-lived", "FOO", value)
        : configMap("short-lived", "FOO", value);
  }

  private static List<JsonNode> revisions(Shop shop) {
    return shop.list("replicaset,controllerrevision", "app=before");
  }

  private static void whatWaitsIsBound(Shop shop) {
    List<String> waiting = new ArrayList<>();
    for (String kind : List.of("Deployment", "StatefulSet", "DaemonSet")) {
      shop.apply(workload(kind, "waits", "app:1", "later"));
      waiting.add(kind + "/waits");
    }
    String template =
        """
        metadata:
          labels: {app: other}
        spec:
          restartPolicy: %s
          containers:
            - name: app
              image: app
              envFrom:
                - configMapRef:
                    name: later
        """;
    String always = template.formatted("Always").indent(4);
    String selected = "  selector: {matchLabels: {app: other}}\n  template:\n" + always;
    Map<String, String> others =
        Map.of(
            "apps/v1 ReplicaSet", "spec:\n  replicas: 0\n" + selected,
            "argoproj.io/v1alpha1 Rollout", "spec:\n" + selected,
            "v1 ReplicationController",
                "spec:\n  replicas: 0\n  selector: {app: other}\n  template:\n" + always,
            "v1 PodTemplate", "template:\n" + template.formatted("Always").indent(2),
            "batch/v1 CronJob",
                "spec:\n  schedule: '0 0 1 1 *'\n  jobTemplate:\n    spec:\n      template:\n"
                    + template.formatted("Never").indent(8));
    others.forEach(
        (type, body) -> {
          String[] versionAndKind = type.split(" ");
          shop.apply(
              "apiVersion: %s\nkind: %s\nmetadata:\n  name: waits\n%s"
                  .formatted(versionAndKind[0], versionAndKind[1], body));
          waiting.add(versionAndKind[1] + "/waits");
        });
    for (String each : waiting) {
      assertThat(Shop.meta(shop.get(each), "annotations", "lockstep.dev/waiting"))
          .isEqualTo("configmap/later");
    }

    shop.apply(configMap("later", "FOO", "bar"));

    for (String each : waiting) {
      waiting().until(() -> shop.get(each).toString().contains("configmap/later=v000"));
    }
    waiting()
        .until(
            () ->
                shop.list("event", "").stream()
                    .anyMatch(event -> event.path("reason").asText().equals("Rebound")));
  }

  @Test
  void whatAnEarlierVersionWroteRollsNothingAndMakesNothing() throws IOException {
    List<Path> earlier;
    try (var folders = Files.list(FIXTURES)) {
      earlier = folders.filter(Files::isDirectory).sorted().toList();
    }
    assertThat(earlier).isNotEmpty();
    List<Shop> shops = new ArrayList<>();
    for (Path version : earlier) {
      Shop shop = Shop.closed(cluster);
      shop.kubectl("create", "-f", version.resolve("persisted.json").toString());
      new Workload(shop, "deployment/my-app").settled();
      new Workload(shop, "statefulset/my-db").settled();
      // They get their first versions in the very look in which the others are looked at.
      shop.apply(configMap("zzz", "FOO", "bar") + secret("zzz", "FOO", "bar"));
      shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning=enabled");
      shops.add(shop);
    }
    List<State> before = shops.stream().map(InstallIT::state).toList();

    install(Map.of());

    for (int i = 0; i < shops.size(); i++) {
      Shop shop = shops.get(i);
      for (String version : List.of("configmap/zzz-v000", "secret/zzz-v000")) {
        waiting().until(() -> shop.find(version).isPresent());
      }
      shop.awaitWebhooks();
      assertThat(state(shop)).isEqualTo(before.get(i));
      shop.kubectl("apply", "-f", earlier.get(i).resolve("applied.yaml").toString());
      new Workload(shop, "statefulset/my-db").settled();
      assertThat(state(shop)).isEqualTo(before.get(i));
      Workload rolledBack = new Workload(shop, "deployment/my-app");
      assertThat(rolledBack.restart().err()).contains("ConfigMap app-config: stays at v001");
      assertThat(rolledBack.undo("--to-revision=1").bindings())
          .isEqualTo("configmap/app-config=v000,secret/login=v000");
    }
  }

  /** What must not move: workloads, their revisions, the versions that there are. */
  private record State(
      Map<String, Long> generations, Set<String> revisions, Set<String> versions) {}

  private static State state(Shop shop) {
    return new State(
        shop.list("deployment,statefulset", "").stream()
            .collect(
                Collectors.toMap(
                    workload -> workload.at("/metadata/name").asText(),
                    workload -> workload.at("/metadata/generation").asLong())),
        names(shop.list("replicaset,controllerrevision", "")),
        names(
            shop.list("configmap,secret", "lockstep.dev/role=version").stream()
                .filter(version -> !version.at("/metadata/name").asText().startsWith("zzz"))
                .toList()));
  }

  private static Set<String> names(List<JsonNode> objects) {
    return objects.stream()
        .map(object -> object.path("kind").asText() + " " + object.at("/metadata/name").asText())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void nothingClusterWideIsLeftOfAnUninstall() {
    cluster.install(QUICK);
    String kinds =
        "mutatingwebhookconfiguration,validatingwebhookconfiguration,validatingadmissionpolicy,"
            + "validatingadmissionpolicybinding,clusterrole,clusterrolebinding";
    List<String> ours =
        List.of("get", kinds, "-l", "app.kubernetes.io/instance=lockstep", "-o", "name");
    assertThat(cluster.run("kubectl", ours, "").orFail().out().lines()).hasSize(6);

    cluster.uninstall();

    assertThat(cluster.run("kubectl", ours, "").orFail().out()).isEmpty();
  }
}
