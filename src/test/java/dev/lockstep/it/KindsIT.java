package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Whatever has a pod template is bound, whatever its kind and the field that names a head. */
@OnRealCluster
class KindsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);

  /** Where the pod template is, and the rest of the object around it. */
  enum Kind {
    REPLICA_SET(
        "apps/v1",
        "ReplicaSet",
        "/spec/template",
        "spec: {replicas: 1, selector: {matchLabels: {app: my-app}}, template: TEMPLATE}"),
    REPLICATION_CONTROLLER(
        "v1", "ReplicationController", "/spec/template", "spec: {replicas: 1, template: TEMPLATE}"),
    CRON_JOB(
        "batch/v1",
        "CronJob",
        "/spec/jobTemplate/spec/template",
        "spec: {schedule: 0 0 1 1 *, jobTemplate: {spec: {template: TEMPLATE}}}"),
    POD_TEMPLATE("v1", "PodTemplate", "/template", "template: TEMPLATE"),
    ROLLOUT(
        "argoproj.io/v1alpha1",
        "Rollout",
        "/spec/template",
        "spec: {replicas: 1, selector: {matchLabels: {app: my-app}}, template: TEMPLATE}"),
    JOB("batch/v1", "Job", "/spec/template", "spec: {template: TEMPLATE}"),
    POD("v1", "Pod", "", "spec: SPEC");

    private final String apiVersion;
    private final String kind;
    private final String template;
    private final String body;

    Kind(String apiVersion, String kind, String template, String body) {
      this.apiVersion = apiVersion;
      this.kind = kind;
      this.template = template;
      this.body = body;
    }

    /** {@code my-app}, which reads {@code app-config}. */
    String manifest(String image) {
      return manifest(image, "");
    }

    /**
     * @param metadata more of it, in YAML's flow style, with a comma before
     */
    String manifest(String image, String metadata) {
      String restart = this == JOB || this == CRON_JOB ? "Never" : "Always";
      String spec =
          "{restartPolicy: %s, containers: [{name: app, image: '%s', %s}]}"
              .formatted(restart, image, "envFrom: [{configMapRef: {name: app-config}}]");
      return """
      apiVersion: %s
      kind: %s
      metadata: {name: my-app%s}
      %s
      ---
      """
          .formatted(
              apiVersion,
              kind,
              metadata,
              body.replace("TEMPLATE", "{metadata: {labels: {app: my-app}}, spec: SPEC}")
                  .replace("SPEC", spec));
    }

    State in(Shop shop) {
      return new State(shop.get(kind + "/my-app"), template);
    }
  }

  /** What is persisted of {@code my-app}. */
  record State(JsonNode object, String template) {

    String config() {
      return object.at(template + "/spec/containers/0/envFrom/0/configMapRef/name").asText();
    }

    String bindings() {
      return Shop.meta(object.at(template), "annotations", "lockstep.dev/bindings");
    }

    String image() {
      return object.at(template + "/spec/containers/0/image").asText();
    }
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  /** Argo's CRD, as far as the API server needs it; made by whoever comes first. */
  static void serveRollouts(Shop shop) {
    shop.apply(
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: rollouts.argoproj.io
        spec:
          group: argoproj.io
          scope: Namespaced
          names:
            kind: Rollout
            listKind: RolloutList
            plural: rollouts
            singular: rollout
          versions:
            - name: v1alpha1
              served: true
              storage: true
              schema:
                openAPIV3Schema:
                  type: object
                  properties:
                    spec:
                      type: object
                      x-kubernetes-preserve-unknown-fields: true
        """,
        "--server-side");
    shop.kubectl("wait", "--for=condition=Established", "crd/rollouts.argoproj.io");
    await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .until(() -> shop.tryKubectl("", "get", "rollouts.argoproj.io").exit() == 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      mode = Mode.EXCLUDE,
      names = {"JOB", "POD"})
  void whatCanBeChangedIsBoundToCurrentAtEachApply(Kind kind, Shop shop) {
    if (kind == Kind.ROLLOUT) {
      serveRollouts(shop);
    }
    shop.apply(config("a") + kind.manifest("app:1"));
    State first = kind.in(shop);
    assertThat(first.config()).isEqualTo("app-config-v000");
    assertThat(first.bindings()).isEqualTo("configmap/app-config=v000");

    shop.apply(config("b"));
    assertThat(kind.in(shop).config()).isEqualTo("app-config-v000");
    shop.apply(kind.manifest("app:2"));

    State second = kind.in(shop);
    assertThat(second.config()).isEqualTo("app-config-v001");
    assertThat(second.bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(second.image()).isEqualTo("app:2");
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      mode = Mode.EXCLUDE,
      names = {"JOB", "POD"})
  void theSameFileAppliedAgainChangesNothing(Kind kind, Shop shop) {
    if (kind == Kind.ROLLOUT) {
      serveRollouts(shop);
    }
    shop.apply(config("a") + kind.manifest("app:1"));
    JsonNode first = kind.in(shop).object();

    shop.apply(config("a") + kind.manifest("app:1"));

    JsonNode again = kind.in(shop).object();
    assertThat(again.at("/metadata/generation")).isEqualTo(first.at("/metadata/generation"));
    assertThat(again.at("/metadata/annotations")).isEqualTo(first.at("/metadata/annotations"));
    assertThat(again.at(kind.template)).isEqualTo(first.at(kind.template));
  }

  @ParameterizedTest
  @CsvSource({
    "JOB, --server-side=false",
    "JOB, --server-side",
    "POD, --server-side=false",
    "POD, --server-side"
  })
  void whatCanNotBeChangedIsAppliedAgainAsItWas(Kind kind, String mode, Shop shop) {
    shop.apply(config("a") + kind.manifest("app:1"), mode);
    State first = kind.in(shop);
    assertThat(first.config()).isEqualTo("app-config-v000");
    assertThat(first.bindings()).isEqualTo("configmap/app-config=v000");

    shop.apply(config("b") + kind.manifest("app:1"), mode);

    State again = kind.in(shop);
    assertThat(shop.versionsOf("configmap", "app-config")).contains("app-config-v001");
    assertThat(again.config()).isEqualTo("app-config-v000");
    assertThat(again.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(again.object().at("/metadata/uid")).isEqualTo(first.object().at("/metadata/uid"));
  }

  @Test
  void aPodWhoseImageIsChangedKeepsItsConfig(Shop shop) {
    shop.apply(config("a") + Kind.POD.manifest("app:1"));

    shop.apply(config("b") + Kind.POD.manifest("app:2"));

    State changed = Kind.POD.in(shop);
    assertThat(changed.image()).isEqualTo("app:2");
    assertThat(changed.config()).isEqualTo("app-config-v000");
    assertThat(changed.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aJobThatIsReplacedIsBoundToCurrent(Shop shop) {
    shop.apply(config("a") + Kind.JOB.manifest("app:1"));
    shop.apply(config("b"));

    shop.tryKubectl(Kind.JOB.manifest("app:1"), "replace", "--force", "-f", "-").orFail();

    assertThat(Kind.JOB.in(shop).config()).isEqualTo("app-config-v001");
  }

  @Test
  void aJobOfACronJobRunsWithWhatTheCronJobIsBoundTo(Shop shop) {
    shop.apply(config("a") + Kind.CRON_JOB.manifest("app:1"));
    shop.apply(config("b"));

    shop.kubectl("create", "job", "my-app", "--from=cronjob/my-app");

    State job = Kind.JOB.in(shop);
    assertThat(job.config()).isEqualTo("app-config-v000");
    assertThat(job.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void ephemeralContainersAreBoundAsTheirPodIs(Shop shop, @TempDir Path folder) throws IOException {
    shop.apply(config("a") + configMap("debug-config", "FOO", "a") + Kind.POD.manifest("app:1"));
    shop.apply(config("b") + configMap("debug-config", "FOO", "b"));
    Path container = folder.resolve("container.json");
    Files.writeString(
        container,
        """
        {"envFrom": [
          {"configMapRef": {"name": "app-config"}},
          {"configMapRef": {"name": "debug-config"}}
        ]}
        """);

    shop.kubectl(
        "debug",
        "my-app",
        "--image=debugger:1",
        "--container=debugger",
        "--profile=general",
        "--custom=" + container);

    JsonNode pod = Kind.POD.in(shop).object();
    assertThat(pod.at("/spec/ephemeralContainers/0/envFrom").findValuesAsText("name"))
        .containsExactly("app-config-v000", "debug-config-v001");
    assertThat(Kind.POD.in(shop).config()).isEqualTo("app-config-v000");
  }

  @Test
  void aRolloutThatNamesItsDeploymentHasNothingToBind(Shop shop) {
    serveRollouts(shop);
    String rollout =
        """
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: my-rollout}
        spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: my-app}, replicas: %s}
        ---
        """;

    shop.apply(config("a") + rollout.formatted("1"));
    shop.apply(config("b") + rollout.formatted("2"));

    JsonNode persisted = shop.get("rollout/my-rollout");
    assertThat(persisted.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(persisted.at("/spec").has("template")).isFalse();
    assertThat(persisted.at("/metadata/annotations").properties())
        .extracting(e -> e.getKey())
        .noneMatch(key -> key.startsWith("lockstep.dev/"));
  }

  @Test
  void everyFieldOfAPodThatNamesAHeadIsBound(Shop shop) {
    String env =
        """
        envFrom:
          - configMapRef: {name: c}
          - secretRef: {name: s}
        env:
          - {name: A, valueFrom: {configMapKeyRef: {name: c, key: FOO}}}
          - {name: B, valueFrom: {secretKeyRef: {name: s, key: FOO}}}
        """
            .indent(4);
    String podSpec =
        """
        imagePullSecrets:
          - name: s
        initContainers:
          - name: first
            image: app:1
        %scontainers:
          - name: app
            image: app:1
        %svolumes:
          - {name: a, configMap: {name: c}}
          - {name: b, secret: {secretName: s}}
          - name: c
            projected:
              sources:
                - configMap: {name: c}
                - secret: {name: s}
          - {name: d, csi: {driver: d.example.com, nodePublishSecretRef: {name: s}}}
          - {name: e, flexVolume: {driver: d.example.com/d, secretRef: {name: s}}}
        """
            .formatted(env, env);

    shop.apply(
        configMap("c", "FOO", "a")
            + secret("s", "FOO", "a")
            + workload("Deployment", "my-app", podSpec));

    JsonNode spec = shop.get("deployment/my-app").at("/spec/template/spec");
    for (String container : List.of("/initContainers/0", "/containers/0")) {
      assertThat(spec.at(container + "/envFrom").findValuesAsText("name"))
          .containsExactly("c-v000", "s-v000");
      assertThat(spec.at(container + "/env/0/valueFrom/configMapKeyRef/name").asText())
          .isEqualTo("c-v000");
      assertThat(spec.at(container + "/env/1/valueFrom/secretKeyRef/name").asText())
          .isEqualTo("s-v000");
    }
    assertThat(spec.at("/volumes/0/configMap/name").asText()).isEqualTo("c-v000");
    assertThat(spec.at("/volumes/1/secret/secretName").asText()).isEqualTo("s-v000");
    assertThat(spec.at("/volumes/2/projected/sources").findValuesAsText("name"))
        .containsExactly("c-v000", "s-v000");
    assertThat(spec.at("/volumes/3/csi/nodePublishSecretRef/name").asText()).isEqualTo("s-v000");
    assertThat(spec.at("/volumes/4/flexVolume/secretRef/name").asText()).isEqualTo("s-v000");
    // The name is the list's merge key; the head stays under it.
    assertThat(spec.at("/imagePullSecrets/0/name").asText()).isEqualTo("s");
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"REPLICA_SET", "CRON_JOB", "JOB", "POD"})
  void whatHasAControllerIsLeftAlone(Kind kind, Shop shop) {
    shop.apply(config("a") + configMap("owner", "a", "b"));

    shop.apply(kind.manifest("app:1", owner(shop, true)));

    assertThat(kind.in(shop).config()).isEqualTo("app-config");
    assertThat(kind.in(shop).bindings()).isEmpty();
  }

  @Test
  void anOwnerThatIsNoControllerDoesNotMatter(Shop shop) {
    shop.apply(config("a") + configMap("owner", "a", "b"));

    shop.apply(Kind.POD.manifest("app:1", owner(shop, false)));

    assertThat(Kind.POD.in(shop).config()).isEqualTo("app-config-v000");
  }

  /** An owner that is there, or the garbage collector would take what it owns. */
  private static String owner(Shop shop, boolean controller) {
    return ", ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: %s, controller: %s}]"
        .formatted(shop.get("configmap/owner").at("/metadata/uid").asText(), controller);
  }

  @Test
  void podsAndReplicaSetsOfADeploymentAreJustItsTemplate(Shop shop) {
    shop.apply(config("a") + workload("Deployment", "my-app", "app:1", "app-config"));
    JsonNode template = new Workload(shop, "deployment/my-app").settled().template();

    JsonNode replicaSet = shop.list("replicasets", "app=my-app").get(0);
    JsonNode pod =
        await()
            .atMost(PATIENCE)
            .pollInterval(POLL)
            .until(() -> shop.list("pods", "app=my-app"), pods -> !pods.isEmpty())
            .get(0);

    assertThat(replicaSet.at("/spec/template/spec")).isEqualTo(template.at("/spec"));
    for (JsonNode made : List.of(replicaSet.at("/spec/template"), pod)) {
      assertThat(Shop.meta(made, "annotations", "lockstep.dev/bindings"))
          .isEqualTo("configmap/app-config=v000");
      assertThat(made.at("/spec/containers/0/envFrom"))
          .isEqualTo(template.at("/spec/containers/0/envFrom"));
    }
  }

  /**
   * The chart's webhook again, for one namespace and with nobody to answer: whatever the API server
   * sends there is refused.
   */
  @Test
  void podsAndReplicaSetsWithAControllerAreNeverSent(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(config("a") + configMap("owner", "a", "b"));
    String name = "nobody-answers-" + shop.name();
    shop.tryKubectl(nobodyAnswers(shop, name).toString(), "create", "-f", "-").orFail();
    try {
      Result sent =
          await()
              .atMost(PATIENCE)
              .pollInterval(POLL)
              .until(
                  () -> shop.tryApply(Kind.POD.manifest("app:1"), "--dry-run=server"),
                  result -> result.exit() != 0);
      assertThat(sent.err()).contains("workloads.lockstep.dev");

      shop.apply(Kind.POD.manifest("app:1", owner(shop, true)));
      shop.apply(Kind.REPLICA_SET.manifest("app:1", owner(shop, true)));

      // The ReplicaSet's own pod.
      await()
          .atMost(PATIENCE)
          .pollInterval(POLL)
          .until(() -> shop.list("pods", "app=my-app"), pods -> !pods.isEmpty());
      // Nor is what does not touch a template.
      shop.kubectl("scale", "replicaset/my-app", "--replicas=2");
    } finally {
      shop.kubectl("delete", "mutatingwebhookconfiguration", name);
    }
  }

  private static JsonNode nobodyAnswers(Shop shop, String name) {
    ObjectNode copy = (ObjectNode) shop.get("mutatingwebhookconfiguration/lockstep").deepCopy();
    ObjectNode webhook = byName(copy.path("webhooks"), "workloads.lockstep.dev");
    webhook.withObject("clientConfig").put("url", "https://127.0.0.1:1/nobody");
    webhook
        .putObject("namespaceSelector")
        .putObject("matchLabels")
        .put("kubernetes.io/metadata.name", shop.name());
    copy.putArray("webhooks").add(webhook);
    copy.putObject("metadata").put("name", name);
    return copy;
  }

  private static ObjectNode byName(JsonNode list, String name) {
    for (JsonNode item : list) {
      if (item.path("name").asText().equals(name)) {
        return (ObjectNode) item;
      }
    }
    throw new AssertionError(name + " is not in " + list);
  }
}
