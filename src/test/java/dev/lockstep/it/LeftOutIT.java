package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What gets no versions, and what takes it in or out. */
@OnRealCluster
class LeftOutIT {
  private static final String NAME_IN_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";

  private static final String TAKEN_IN = "lockstep.dev/versioned=true";
  private static final String LEFT_OUT = "lockstep.dev/versioned=false";

  /**
   * A ConfigMap that is left out.
   *
   * @param metadata in YAML's flow style, after the name
   * @param rest further lines of the object
   * @param isTakenInByWish whether its own annotation takes it in
   */
  private record Case(
      String why, String name, String metadata, String rest, boolean isTakenInByWish) {

    String yaml() {
      return """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: %s%s}
      data: {FOO: bar}
      %s
      ---
      """
          .formatted(name, metadata, rest);
    }

    @Override
    public String toString() {
      return why;
    }
  }

  private static String withMetadata(String name, String metadata) {
    return new Case("", name, metadata, "", true).yaml();
  }

  private static String annotated(String name, String annotations) {
    return withMetadata(name, ", annotations: {" + annotations + "}");
  }

  private static Stream<Case> leftOut() {
    return Stream.of(
        new Case("never could change", "fixed", "", "immutable: true", false),
        new Case("is of a Helm release", "sh.helm.release.v1.app.v1", "", "", false),
        new Case(
            "is a leader-election record",
            "leader",
            ", annotations: {control-plane.alpha.kubernetes.io/leader: '{}'}",
            "",
            true),
        new Case("is Terraform's state", "tfstate-default-app", "", "", true),
        new Case("is kapp's", "kapps", ", labels: {kapp.k14s.io/app: '1234'}", "", true),
        new Case(
            "is kapp's version",
            "kapps-ver-1",
            ", annotations: {kapp.k14s.io/versioned: ''}",
            "",
            true),
        new Case(
            "is Spinnaker's version",
            "spins-v003",
            ", annotations: {artifact.spinnaker.io/version: v003}",
            "",
            true));
  }

  private static Stream<Case> takenInByWish() {
    return leftOut().filter(Case::isTakenInByWish);
  }

  private static Stream<Case> leftOutWhateverIsWished() {
    return leftOut().filter(leftOut -> !leftOut.isTakenInByWish());
  }

  private static String deployment(String configMap) {
    return workload("Deployment", "app", "app:1", configMap);
  }

  private static void isLeftOut(Shop shop, String name) {
    assertThat(Traces.on(shop.get("configmap/" + name))).isEmpty();
    isBare(shop, name);
    assertThat(shop.list("configmap", "lockstep.dev/role")).isEmpty();
  }

  private static void isBare(Shop shop, String name) {
    JsonNode deployment = shop.get("deployment/app");
    assertThat(deployment.at(NAME_IN_CONTAINER).asText()).isEqualTo(name);
    assertThat(Traces.bindings(deployment)).isEmpty();
    assertThat(Traces.on(deployment)).isEmpty();
  }

  private static void isBound(Shop shop, String name, String version) {
    JsonNode deployment = shop.get("deployment/app");
    assertThat(deployment.at(NAME_IN_CONTAINER).asText()).isEqualTo(name + "-" + version);
    assertThat(Traces.bindings(deployment)).isEqualTo("configmap/" + name + "=" + version);
  }

  @ParameterizedTest
  @MethodSource("leftOut")
  void itHasNoVersionsAndReferencesToItStay(Case leftOut, Shop shop) {
    Result applied = shop.apply(leftOut.yaml() + deployment(leftOut.name()));

    assertThat(applied.err()).doesNotContain("lockstep");
    isLeftOut(shop, leftOut.name());

    shop.kubectl("label", "configmap/" + leftOut.name(), "colour=blue");
    isLeftOut(shop, leftOut.name());
  }

  @ParameterizedTest
  @MethodSource("takenInByWish")
  void itsOwnAnnotationTakesItIn(Case leftOut, Shop shop) {
    shop.apply(leftOut.yaml());
    shop.kubectl("annotate", "configmap/" + leftOut.name(), TAKEN_IN);
    shop.apply(deployment(leftOut.name()));

    assertThat(Traces.version(shop.get("configmap/" + leftOut.name()))).isEqualTo("v000");
    isBound(shop, leftOut.name(), "v000");
  }

  @ParameterizedTest
  @MethodSource("leftOutWhateverIsWished")
  void notEvenItsOwnAnnotationTakesItIn(Case leftOut, Shop shop) {
    shop.apply(leftOut.yaml());
    shop.kubectl("annotate", "configmap/" + leftOut.name(), TAKEN_IN);
    shop.apply(deployment(leftOut.name()));

    isLeftOut(shop, leftOut.name());
  }

  @Test
  void nothingChangesInANamespaceThatIsNotOptedIn(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(
        configMap("app-config", "FOO", "bar")
            + secret("login", "FOO", "bar")
            + deployment("app-config"));
    shop.apply(configMap("app-config", "FOO", "baz") + secret("login", "FOO", "baz"));

    isLeftOut(shop, "app-config");
    assertThat(Traces.on(shop.get("secret/login"))).isEmpty();
    assertThat(shop.list("secret", "lockstep.dev/role")).isEmpty();
  }

  @Test
  void theClustersOwnBundleIsLeftOut(Shop shop) {
    shop.awaitObject("configmap/kube-root-ca.crt");
    shop.apply(deployment("kube-root-ca.crt"));
    isLeftOut(shop, "kube-root-ca.crt");

    shop.kubectl("annotate", "configmap/kube-root-ca.crt", TAKEN_IN);
    shop.kubectl("label", "configmap/kube-root-ca.crt", "colour=blue");
    isLeftOut(shop, "kube-root-ca.crt");
  }

  @Test
  void whatAControllerOwnsIsLeftOut(Shop shop) {
    shop.apply(ownedByController(shop, "") + deployment("owned"));

    isLeftOut(shop, "owned");
  }

  @Test
  void whatAControllerOwnsIsTakenInByItsAnnotation(Shop shop) {
    shop.apply(
        ownedByController(shop, ", annotations: {lockstep.dev/versioned: 'true'}")
            + deployment("owned"));

    assertThat(Traces.version(shop.get("configmap/owned"))).isEqualTo("v000");
    isBound(shop, "owned", "v000");
  }

  private static String ownedByController(Shop shop, String annotations) {
    shop.kubectl("create", "serviceaccount", "operator");
    String uid = shop.get("serviceaccount/operator").at("/metadata/uid").asText();
    String owner =
        "{apiVersion: v1, kind: ServiceAccount, name: operator, uid: %s, controller: true}";
    return withMetadata("owned", annotations + ", ownerReferences: [" + owner.formatted(uid) + "]");
  }

  @Test
  void whatSomebodyOwnsWhoIsNoControllerIsAHead(Shop shop) {
    shop.apply(ownedByController(shop, "").replace(", controller: true", ""));

    assertThat(Traces.version(shop.get("configmap/owned"))).isEqualTo("v000");
  }

  @Test
  void aNameThatIsGeneratedPassesWithoutAStamp(Shop shop) {
    Result created =
        shop.tryKubectl(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  generateName: made-
                data:
                  FOO: bar
                """,
                "create",
                "-f",
                "-",
                "-o",
                "json")
            .orFail();

    JsonNode made = Shop.json(created);
    assertThat(made.at("/metadata/name").asText()).startsWith("made-");
    assertThat(Traces.on(made)).isEmpty();
    assertThat(shop.list("configmap", "lockstep.dev/role")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lockstep.dev/versioned", "strategy.spinnaker.io/versioned"})
  void anAnnotationLeavesItOut(String key, Shop shop) {
    String left = annotated("left", key + ": 'false'");
    shop.apply(left + deployment("left"));
    isLeftOut(shop, "left");

    shop.apply(left.replace("bar", "baz") + deployment("left"));
    isLeftOut(shop, "left");
  }

  @Test
  void ourAnnotationCountsBeforeSpinnakers(Shop shop) {
    shop.apply(
        annotated(
            "in", "lockstep.dev/versioned: 'true', strategy.spinnaker.io/versioned: 'false'"));

    assertThat(Traces.version(shop.get("configmap/in"))).isEqualTo("v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lockstep.dev/versioned", "strategy.spinnaker.io/versioned"})
  void aHeadThatIsLeftOutLaterLosesItsStampAndItsWorkloadsKeepWhatTheyHave(String key, Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app-config"));
    shop.apply(configMap("app-config", "FOO", "baz") + deployment("app-config"));
    shop.awaitObject("configmap/app-config-v001");

    shop.kubectl("annotate", "configmap/app-config", key + "=false");

    JsonNode left = shop.get("configmap/app-config");
    assertThat(Traces.on(left)).isEmpty();
    assertThat(left.at("/data/FOO").asText()).isEqualTo("baz");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001");
    isBound(shop, "app-config", "v001");

    shop.kubectl("scale", "deployment/app", "--replicas=2");
    isBound(shop, "app-config", "v001");

    shop.apply(deployment("app-config"));
    isBare(shop, "app-config");
  }

  @Test
  void aHeadThatIsTakenInAgainGoesOnCounting(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("annotate", "configmap/app-config", LEFT_OUT);
    shop.apply(configMap("app-config", "FOO", "baz"));

    shop.kubectl("annotate", "configmap/app-config", "lockstep.dev/versioned-");

    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v001");
    assertThat(shop.awaitObject("configmap/app-config-v001").at("/data/FOO").asText())
        .isEqualTo("baz");
    assertThat(shop.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("bar");
  }

  @Test
  void aHeadThatBecomesImmutableStaysAHead(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    JsonNode before = shop.get("configmap/app-config");

    shop.kubectl("patch", "configmap/app-config", "--patch={\"immutable\": true}");

    JsonNode after = shop.get("configmap/app-config");
    assertThat(after.path("immutable").asBoolean()).isTrue();
    assertThat(after.at("/metadata/labels")).isEqualTo(before.at("/metadata/labels"));
    assertThat(after.at("/metadata/annotations")).isEqualTo(before.at("/metadata/annotations"));
    shop.apply(deployment("app-config"));
    isBound(shop, "app-config", "v000");
  }

  @Test
  void aNamespaceLeavesOutAllButWhatIsTakenIn(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), LEFT_OUT);
    awaitDryRunVersion(shop, "");

    shop.apply(configMap("out", "FOO", "bar") + annotated("in", "lockstep.dev/versioned: 'true'"));
    assertThat(Traces.on(shop.get("configmap/out"))).isEmpty();
    assertThat(Traces.version(shop.get("configmap/in"))).isEqualTo("v000");

    shop.apply(deployment("in"));
    isBare(shop, "in");

    // Other templates: where the template stays, nothing is bound anew.
    String takenIn = wishing("true", deployment("in"));
    shop.apply(takenIn.replace("app:1", "app:2"));
    isBound(shop, "in", "v000");

    shop.apply(wishing("true", deployment("out")));
    isBare(shop, "out");
  }

  /** A Deployment that says whether it wants to be bound. */
  private static String wishing(String value, String deployment) {
    return deployment.replace(
        "  name: app\nspec:",
        "  name: app\n  annotations: {lockstep.dev/versioned: '" + value + "'}\nspec:");
  }

  /** The webhook learns of a namespace's annotation by a watch. */
  private static void awaitDryRunVersion(Shop shop, String version) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                Traces.version(
                        Shop.json(
                            shop.kubectl(
                                "create",
                                "configmap",
                                "is-it-on",
                                "--from-literal=a=b",
                                "--dry-run=server",
                                "-o",
                                "json")))
                    .equals(version));
  }

  @Test
  void anUnknownValueIsToldAndDoesNotCount(Shop shop) {
    Result applied =
        shop.apply(annotated("unsure", "lockstep.dev/versioned: nope") + deployment("unsure"));

    assertThat(applied.err())
        .contains(
            "Warning: lockstep: ConfigMap unsure: lockstep.dev/versioned has an unknown value;"
                + " use false, true");
    assertThat(Traces.version(shop.get("configmap/unsure"))).isEqualTo("v000");
    isBound(shop, "unsure", "v000");
  }

  @Test
  void anUnknownValueOnAWorkloadIsToldAndDoesNotCount(Shop shop) {
    Result applied =
        shop.apply(
            configMap("app-config", "FOO", "bar") + wishing("nope", deployment("app-config")));

    assertThat(applied.err())
        .contains(
            "Warning: lockstep: Deployment app: lockstep.dev/versioned has an unknown value;"
                + " use false, true");
    isBound(shop, "app-config", "v000");
  }

  @Test
  void anUnknownValueOnANamespaceIsToldAndDoesNotCount(Shop shop) {
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/versioned=nope");
    // The webhook learns of it by a watch.
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> shop.apply(configMap("app-config", "FOO", "bar"), "--dry-run=server").err(),
            err ->
                err.contains(
                    "Warning: lockstep: Namespace "
                        + shop.name()
                        + ": lockstep.dev/versioned has an unknown value; use false, true"));

    shop.apply(configMap("app-config", "FOO", "bar"));
    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
  }

  @Test
  void aWorkloadIsLeftOutByItsAnnotation(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + wishing("false", deployment("app-config")));

    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
    isBare(shop, "app-config");
  }

  @Test
  void aWorkloadThatIsLeftOutLaterIsBareAsSoonAsItIsApplied(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app-config"));
    isBound(shop, "app-config", "v000");

    shop.apply(wishing("false", deployment("app-config")));

    isBare(shop, "app-config");
  }

  @Test
  void theClustersOwnNamespacesCanNotBeOptedIn(RealCluster cluster) {
    String label = "lockstep.dev/versioning";
    List<String> namespaces = List.of("kube-system", "kube-public", "kube-node-lease");
    try {
      namespaces.forEach(
          name -> cluster.run("kubectl", labelling(name, label + "=enabled"), "").orFail());
      // Namespaces are watched in order: when this one is known to be opted in, those are, too.
      Shop.open(cluster);

      for (String namespace : namespaces) {
        Result created =
            cluster
                .run(
                    "kubectl",
                    List.of(
                        "-n",
                        namespace,
                        "create",
                        "configmap",
                        "repair",
                        "--from-literal=a=b",
                        "--dry-run=server",
                        "-o",
                        "json"),
                    "")
                .orFail();
        assertThat(Traces.on(Shop.json(created))).as(namespace).isEmpty();
      }
    } finally {
      namespaces.forEach(name -> cluster.run("kubectl", labelling(name, label + "-"), ""));
    }
  }

  private static List<String> labelling(String namespace, String label) {
    return List.of("label", "namespace", namespace, label);
  }

  @Test
  void helmsRecordsOfReleasesAreLeftOut(Shop shop) {
    Chart chart = Chart.of(shop);
    shop.helm("install", "app", chart.path(), "--set=config=one");
    shop.helm("upgrade", "app", chart.path(), "--set=config=two");

    List<JsonNode> records = shop.list("secret", "owner=helm");
    assertThat(records)
        .extracting(secret -> secret.at("/metadata/name").asText())
        .containsExactly("sh.helm.release.v1.app.v1", "sh.helm.release.v1.app.v2");
    assertThat(records).allSatisfy(secret -> assertThat(Traces.on(secret)).isEmpty());
    assertThat(shop.list("secret", "lockstep.dev/role")).isEmpty();
  }
}
