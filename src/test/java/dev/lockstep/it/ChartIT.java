package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** The chart as Helm renders it, in each way to install it, before the API server that takes it. */
@OnRealCluster
class ChartIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHART = "helm/lockstep";
  private static final List<String> CREATE = List.of("create", "-f", "-");
  private static final String KINDS_OF_OTHERS =
      crd("monitoring.coreos.com", "ServiceMonitor", "servicemonitors")
          + crd("monitoring.coreos.com", "PrometheusRule", "prometheusrules")
          + crd("cert-manager.io", "Certificate", "certificates");
  private static final String WITHOUT_CERTIFICATE =
      "--set=certificates.mode=secret,certificates.caBundle=QQ==";

  private static String crd(String group, String kind, String plural) {
    return """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata:
      name: %s.%s
    spec:
      group: %s
      scope: Namespaced
      names: {kind: %s, plural: %s}
      versions:
        - name: v1
          served: true
          storage: true
          schema:
            openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
    ---
    """
        .formatted(plural, group, group, kind, plural);
  }

  @BeforeAll
  static void installKindsOfOthers(RealCluster cluster) {
    cluster.run("kubectl", List.of("apply", "-f", "-"), KINDS_OF_OTHERS).orFail();
    cluster
        .run("kubectl", List.of("wait", "--for=condition=Established", "crd", "--all"), "")
        .orFail();
  }

  /** Each file of {@code ci/}: one way to install it. */
  static List<Path> ways() {
    try (Stream<Path> files = Files.list(Path.of(CHART, "ci"))) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Result helm(RealCluster cluster, String... arguments) {
    return cluster.run("helm", List.of(arguments), "");
  }

  /** Of a release that is named as its namespace: another one is in the cluster already. */
  private static Result template(RealCluster cluster, String namespace, String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("template", namespace, CHART, "--namespace=" + namespace));
    arguments.addAll(List.of(options));
    return helm(cluster, arguments.toArray(String[]::new));
  }

  private static List<JsonNode> objects(Result rendered) {
    return StreamSupport.stream(new Yaml().loadAll(rendered.orFail().out()).spliterator(), false)
        .filter(document -> document != null)
        .<JsonNode>map(JSON::valueToTree)
        .toList();
  }

  private static List<JsonNode> ofKind(List<JsonNode> objects, String kind) {
    return objects.stream().filter(o -> o.path("kind").asText().equals(kind)).toList();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void eachWayIsLintedAndTakenByTheApiServer(Path values, RealCluster cluster) {
    helm(cluster, "lint", "--strict", CHART, "--values=" + values).orFail();
    String release = Shop.closed(cluster).name();
    Result rendered = template(cluster, release, "--values=" + values);
    List<JsonNode> objects = objects(rendered);
    // Under dry run nothing is made: what others need has to be there.
    objects.stream()
        .map(object -> object.at("/metadata/namespace").asText(release))
        .distinct()
        .forEach(namespace -> cluster.run("kubectl", List.of("create", "ns", namespace), ""));
    ofKind(objects, "ServiceAccount")
        .forEach(account -> cluster.run("kubectl", CREATE, account.toString()).orFail());

    cluster
        .run(
            "kubectl",
            List.of("apply", "--server-side", "--dry-run=server", "-f", "-"),
            rendered.out())
        .orFail();

    assertThat(ofKind(objects, "MutatingWebhookConfiguration")).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void eachPodMeetsTheStandardRestricted(Path values, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.kubectl(
        "label",
        "namespace",
        shop.name(),
        "pod-security.kubernetes.io/enforce=restricted",
        "pod-security.kubernetes.io/enforce-version=latest");
    List<JsonNode> objects = objects(template(cluster, shop.name(), "--values=" + values));
    ofKind(objects, "ServiceAccount")
        .forEach(account -> shop.tryKubectl(account.toString(), "create", "-f", "-").orFail());

    List<JsonNode> pods = new ArrayList<>(ofKind(objects, "Pod"));
    ofKind(objects, "Deployment").forEach(deployment -> pods.add(pod(deployment)));
    pods.forEach(
        pod -> shop.tryKubectl(pod.toString(), "create", "--dry-run=server", "-f", "-").orFail());

    assertThat(pods).hasSize(values.endsWith("url-values.yaml") ? 0 : 2);
  }

  private static ObjectNode pod(JsonNode deployment) {
    ObjectNode pod = deployment.at("/spec/template").deepCopy();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    pod.withObject("/metadata").put("name", "server");
    return pod;
  }

  @Test
  void whatRepairsLockstepIsAlwaysLeftOut(RealCluster cluster) {
    for (Path values : ways()) {
      List<JsonNode> objects = objects(template(cluster, "ops", "--values=" + values));
      List<JsonNode> selectors = new ArrayList<>();
      for (JsonNode object : objects) {
        if (object.path("kind").asText().equals("MutatingWebhookConfiguration")) {
          object.path("webhooks").forEach(hook -> selectors.add(hook.path("namespaceSelector")));
        } else if (object.path("kind").asText().equals("ValidatingAdmissionPolicy")) {
          selectors.add(object.at("/spec/matchConstraints/namespaceSelector"));
        }
      }
      assertThat(selectors)
          .hasSize(3)
          .allSatisfy(
              selector -> {
                assertThat(selector.at("/matchLabels/lockstep.dev~1versioning").asText())
                    .isEqualTo("enabled");
                assertThat(selector.at("/matchExpressions/0").toString())
                    .isEqualTo(
                        """
                        {"key":"kubernetes.io/metadata.name","operator":"NotIn",\
                        "values":["kube-system","kube-public","kube-node-lease","ops"]}\
                        """);
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kube-system", "ops"})
  void aNamespaceThatMustNotWaitForLockstepCanNotBeListed(String never, RealCluster cluster) {
    Result result =
        template(cluster, "ops", WITHOUT_CERTIFICATE, "--set=namespaces={shop," + never + "}");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("namespaces: " + never + " can't be opted in");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicas=3",
        "config.quitePeriod=5s",
        "config.rollout=always",
        "config.kinds={configmaps}",
        "config.keepVersions.secrets=-1",
        "image.digest=latest",
        "versionPolicy.exempt.user=me",
        "webhook.url=http://192.0.2.1"
      })
  void aTypingErrorIsTold(String setting, RealCluster cluster) {
    Result result = template(cluster, "ops", WITHOUT_CERTIFICATE, "--set=" + setting);

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("schema", setting.split("[.=]")[0]);
  }

  @Test
  void withoutSecretsNothingIsSaidAboutThem(RealCluster cluster) {
    List<JsonNode> objects =
        objects(template(cluster, "ops", WITHOUT_CERTIFICATE, "--set=config.kinds={config-maps}"));

    List<String> resources = new ArrayList<>();
    objects.stream()
        // It is about our own calls, and gives no right.
        .filter(o -> !o.path("kind").asText().equals("FlowSchema"))
        .forEach(
            object ->
                object
                    .findValues("resources")
                    .forEach(list -> list.forEach(name -> resources.add(name.asText()))));
    assertThat(resources).contains("configmaps").doesNotContain("secrets", "*");
  }

  @Test
  void listedNamespacesNeedNoClusterRole(RealCluster cluster) {
    List<JsonNode> objects =
        objects(template(cluster, "ops", WITHOUT_CERTIFICATE, "--set=namespaces={shop,shop-2}"));

    assertThat(objects)
        .extracting(object -> object.path("kind").asText())
        .doesNotContain("ClusterRole", "ClusterRoleBinding", "Namespace");
    assertThat(ofKind(objects, "Role"))
        .extracting(role -> role.at("/metadata/namespace").asText())
        .containsExactlyInAnyOrder("shop", "shop-2", "ops", "shop");
  }

  /** The program of {@code helm test}, from the files that the image is made of. */
  @Test
  void theSelfTestSeesTheStamp(Shop shop) throws IOException {
    Result result = selfTest(shop);

    assertThat(result.orFail().out())
        .contains("a ConfigMap in " + shop.name() + " came back as v000");
    assertThat(shop.find("configmap/lockstep-self-test")).isEmpty();
  }

  private static Result selfTest(Shop shop) throws IOException {
    RealCluster cluster = shop.cluster();
    Path folder = Files.createDirectories(cluster.file("self-test-" + shop.name()));
    String account = "system:serviceaccount:" + shop.name() + ":default";
    shop.kubectl("create", "role", "test", "--verb=create", "--resource=configmaps");
    shop.kubectl("create", "rolebinding", "test", "--role=test", "--user=" + account);
    Files.writeString(
        folder.resolve("token"), shop.kubectl("create", "token", "default").out().strip());
    Files.writeString(folder.resolve("ca.crt"), cluster.read("pki/ca.crt"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            "target/quarkus-app/app/*",
            "dev.lockstep.app.Probe",
            shop.name(),
            cluster.read("ready").strip(),
            folder.toString());
    return Result.of(builder, "");
  }
}
