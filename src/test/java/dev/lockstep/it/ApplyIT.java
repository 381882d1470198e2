package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Apply binds to current; what changes no content makes no version. */
@OnRealCluster
class ApplyIT {
  private static final String APP = "deployment/my-app";
  private static final String HEAD = "configmap/app-config";

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment(String image) {
    return deployment(image, "app-config");
  }

  private static String deployment(String image, String configMap) {
    return workload("Deployment", "my-app", image, configMap);
  }

  private static String version(JsonNode head) {
    return Shop.meta(head, "labels", "lockstep.dev/version");
  }

  private static String newest(JsonNode head) {
    return Shop.meta(head, "annotations", "lockstep.dev/newest");
  }

  /** Role, version, content and newest: what makes a head a head. */
  private static List<String> stamp(JsonNode head) {
    return List.of(
        Shop.meta(head, "labels", "lockstep.dev/role"),
        version(head),
        Shop.meta(head, "labels", "lockstep.dev/content"),
        newest(head));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side"})
  void theSameFilesAppliedFiveTimesChangeNothing(String mode, Shop shop) {
    String files =
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
                      - configMapRef:
                          name: app-config
                    env:
                      - name: KEY
                        valueFrom:
                          secretKeyRef:
                            name: app-secret
                            key: KEY
                """);
    Workload app = new Workload(shop, APP);
    shop.apply(files, mode);
    Workload.State first = app.settled();
    List<String> stamp = stamp(shop.get(HEAD));

    for (int i = 0; i < 4; i++) {
      shop.apply(files, mode);
    }

    Workload.State last = app.settled();
    assertThat(last.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(last.template()).isEqualTo(first.template());
    assertThat(last.generation()).isEqualTo(first.generation());
    assertThat(last.annotation("deployment.kubernetes.io/revision")).isEqualTo("1");
    assertThat(shop.list("replicasets", "app=my-app")).hasSize(1);
    assertThat(stamp(shop.get(HEAD))).isEqualTo(stamp);
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
    assertThat(shop.versionsOf("secret", "app-secret")).containsExactly("app-secret-v000");
    Result diff = shop.tryKubectl(files, "diff", "-f", "-", mode).orFail();
    assertThat(diff.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "StatefulSet, --server-side=false",
    "StatefulSet, --server-side",
    "DaemonSet, --server-side=false",
    "DaemonSet, --server-side"
  })
  void everyKindAppliedAgainKeepsItsGeneration(String kind, String mode, Shop shop) {
    String files = config("a") + workload(kind, "my-app", "app:1", "app-config");
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(files, mode);
    Workload.State first = app.settled();

    shop.apply(files, mode);
    shop.apply(files, mode);

    Workload.State last = app.settled();
    assertThat(last.names()).containsExactly("app-config-v000");
    assertThat(last.generation()).isEqualTo(first.generation());
    assertThat(shop.list("controllerrevisions", "app=my-app")).hasSize(1);
    assertThat(shop.tryKubectl(files, "diff", "-f", "-", mode).orFail().out()).isEmpty();
  }

  @Test
  void afterAnUndoServerSideApplyConflictsAsEverAndBindsToCurrentWhenForced(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"), "--server-side");
    app.settled();
    shop.apply(config("b") + deployment("app:2"), "--server-side");
    app.settled();
    app.undo();

    Result applied = shop.tryApply(deployment("app:2"), "--server-side");
    assertThat(applied.exit()).isNotZero();
    assertThat(applied.err()).contains("conflict").contains("image");

    shop.apply(deployment("app:2"), "--server-side", "--force-conflicts");
    assertThat(app.now().names()).containsExactly("app-config-v001");
    assertThat(app.now().held()).isEmpty();
  }

  @Test
  void aChangeToServerSideApplyNeedsForceOnceAndRollsNothing(Shop shop) {
    Workload app = new Workload(shop, APP);
    String files = config("a") + deployment("app:1");
    shop.apply(files);
    Workload.State before = app.settled();

    assertThat(shop.tryApply(files, "--server-side").err()).contains("conflict");
    shop.apply(files, "--server-side", "--force-conflicts");
    // Kubernetes itself counts kubectl's new spelling of last-applied as a generation here.
    Workload.State forced = app.settled();
    shop.apply(files, "--server-side");

    Workload.State after = app.settled();
    assertThat(after.generation()).isEqualTo(forced.generation());
    assertThat(after.template()).isEqualTo(before.template());
    assertThat(after.annotation("deployment.kubernetes.io/revision")).isEqualTo("1");
  }

  @Test
  void contentThatComesAgainHasItsOldVersionAgain(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    assertThat(version(shop.get(HEAD))).isEqualTo("v000");
    shop.apply(config("b") + deployment("app:1"));
    assertThat(version(shop.get(HEAD))).isEqualTo("v001");
    assertThat(app.now().names()).containsExactly("app-config-v001");

    shop.apply(config("a") + deployment("app:1"));

    JsonNode again = shop.get(HEAD);
    assertThat(version(again)).isEqualTo("v000");
    assertThat(newest(again)).isEqualTo("v001");
    assertThat(app.now().names()).containsExactly("app-config-v000");
    assertThat(app.now().held()).isEmpty();
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001");

    shop.apply(config("c") + deployment("app:1"));

    JsonNode next = shop.get(HEAD);
    assertThat(version(next)).isEqualTo("v002");
    assertThat(newest(next)).isEqualTo("v002");
    assertThat(app.now().names()).containsExactly("app-config-v002");
  }

  @Test
  void labelsAndAnnotationsAloneMakeNoVersion(Shop shop) {
    shop.apply(config("a"));
    List<String> stamp = stamp(shop.get(HEAD));

    shop.kubectl("label", HEAD, "team=checkout");
    shop.kubectl("annotate", HEAD, "note=for the night shift");
    shop.apply(config("a").replace("metadata:\n", "metadata:\n  labels:\n    tier: backend\n"));

    JsonNode head = shop.get(HEAD);
    assertThat(stamp(head)).isEqualTo(stamp);
    assertThat(Shop.meta(head, "labels", "team")).isEqualTo("checkout");
    assertThat(Shop.meta(head, "labels", "tier")).isEqualTo("backend");
    assertThat(Shop.meta(head, "annotations", "note")).isEqualTo("for the night shift");
    shop.awaitObject("configmap/app-config-v000");
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label --overwrite configmap/app-config lockstep.dev/version=v777",
        "label --overwrite configmap/app-config lockstep.dev/version=v000",
        "label --overwrite configmap/app-config lockstep.dev/content=h1-0",
        "label --overwrite configmap/app-config lockstep.dev/role=version",
        "label configmap/app-config lockstep.dev/role-",
        "label configmap/app-config lockstep.dev/role- lockstep.dev/version- lockstep.dev/content-",
        "annotate --overwrite configmap/app-config lockstep.dev/newest=v000",
        "annotate --overwrite configmap/app-config lockstep.dev/newest=v999",
        "annotate configmap/app-config lockstep.dev/newest-"
      })
  void aForgedStampIsPutBack(String forgery, Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b"));
    JsonNode before = shop.get(HEAD);

    shop.kubectl(forgery.split(" "));

    JsonNode after = shop.get(HEAD);
    assertThat(stamp(after)).isEqualTo(stamp(before));
    assertThat(after.path("data")).isEqualTo(before.path("data"));
    shop.apply(config("c"));
    assertThat(version(shop.get(HEAD))).isEqualTo("v002");
  }

  @Test
  void aForgedStampDoesNotComeThroughWithNewContent(Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b"));

    shop.kubectl(
        "patch",
        HEAD,
        "--type=merge",
        "-p",
        """
        {"metadata": {
          "labels": {"lockstep.dev/role": "version", "lockstep.dev/version": "v000"},
          "annotations": {"lockstep.dev/newest": "v000"}},
         "data": {"FOO": "c"}}
        """);

    JsonNode head = shop.get(HEAD);
    assertThat(Shop.meta(head, "labels", "lockstep.dev/role")).isEqualTo("head");
    assertThat(version(head)).isEqualTo("v002");
    assertThat(newest(head)).isEqualTo("v002");
  }

  @Test
  void aReplaceThatDropsTheStampGetsItBack(Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b"));
    List<String> stamp = stamp(shop.get(HEAD));

    shop.tryKubectl(config("b"), "replace", "-f", "-").orFail();
    assertThat(stamp(shop.get(HEAD))).isEqualTo(stamp);

    shop.tryKubectl(config("c"), "replace", "-f", "-").orFail();
    assertThat(version(shop.get(HEAD))).isEqualTo("v002");
    assertThat(newest(shop.get(HEAD))).isEqualTo("v002");
  }

  @Test
  void eachKindOfPatchOfAHeadMakesAVersion(Shop shop) {
    shop.apply(config("a"));

    shop.kubectl("patch", HEAD, "--type=merge", "-p", "{\"data\":{\"FOO\":\"b\"}}");
    assertThat(version(shop.get(HEAD))).isEqualTo("v001");
    shop.kubectl("patch", HEAD, "--type=strategic", "-p", "{\"data\":{\"FOO\":\"c\"}}");
    assertThat(version(shop.get(HEAD))).isEqualTo("v002");
    shop.kubectl(
        "patch",
        HEAD,
        "--type=json",
        "-p",
        "[{\"op\":\"replace\",\"path\":\"/data/FOO\",\"value\":\"d\"}]");
    assertThat(version(shop.get(HEAD))).isEqualTo("v003");

    assertThat(shop.awaitObject("configmap/app-config-v003").at("/data/FOO").asText())
        .isEqualTo("d");
    assertThat(
            shop.versionsOf("configmap", "app-config").stream()
                .map(name -> shop.get("configmap/" + name).at("/data/FOO").asText()))
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void aReplacedDeploymentIsBoundToCurrent(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.tryKubectl(deployment("app:1"), "replace", "-f", "-").orFail();

    assertThat(app.now().names()).containsExactly("app-config-v001");
    assertThat(app.now().bindings()).isEqualTo("configmap/app-config=v001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set image deployment/my-app app=app:2",
        "patch deployment/my-app --type=json"
            + " -p=[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\","
            + "\"value\":\"app:2\"}]",
        "patch deployment/my-app --type=strategic"
            + " -p={\"spec\":{\"template\":{\"spec\":{\"containers\":["
            + "{\"name\":\"app\",\"image\":\"app:2\"}]}}}}",
      })
  void aNewImageAloneKeepsTheBinding(String command, Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.kubectl(command.split(" "));

    Workload.State patched = app.now();
    assertThat(patched.image()).isEqualTo("app:2");
    assertThat(patched.names()).containsExactly("app-config-v000");
    assertThat(patched.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(patched.held()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--type=json"
            + " -p=[{\"op\":\"replace\",\"value\":\"app-config\","
            + "\"path\":\"/spec/template/spec/containers/0/envFrom/0/configMapRef/name\"}]",
        "--type=strategic"
            + " -p={\"spec\":{\"template\":{\"spec\":{\"containers\":["
            + "{\"name\":\"app\",\"envFrom\":[{\"configMapRef\":{\"name\":\"app-config\"}}]}]}}}}",
        "--type=merge"
            + " -p={\"spec\":{\"template\":{\"spec\":{\"containers\":["
            + "{\"name\":\"app\",\"image\":\"app:1\","
            + "\"envFrom\":[{\"configMapRef\":{\"name\":\"app-config\"}}]}]}}}}"
      })
  void aPatchThatNamesTheHeadBindsToCurrent(String patch, Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.kubectl(("patch " + APP + " " + patch).split(" "));

    assertThat(app.now().names()).containsExactly("app-config-v001");
    assertThat(app.now().bindings()).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void setEnvFromAHeadLeavesOneVersionInTheTemplate(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.kubectl("set", "env", APP, "--from=" + HEAD, "--prefix=APP_");

    Workload.State set = app.now();
    assertThat(set.template().findValues("configMapKeyRef")).hasSize(1);
    assertThat(set.template().findValues("configMapRef")).hasSize(1);
    assertThat(set.names()).containsExactly("app-config-v001");
    assertThat(set.bindings()).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void anExplicitVersionIsAPin(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a"));
    shop.apply(config("b"));

    shop.apply(deployment("app:1", "app-config-v000"));

    Workload.State pinned = app.settled();
    assertThat(pinned.names()).containsExactly("app-config-v000");
    assertThat(pinned.bindings()).isEmpty();

    app.restart();
    shop.apply(deployment("app:2", "app-config-v000"));
    shop.kubectl("annotate", APP, "lockstep.dev/rebind=");

    Workload.State after = app.now();
    assertThat(after.image()).isEqualTo("app:2");
    assertThat(after.names()).containsExactly("app-config-v000");
    assertThat(after.bindings()).isEmpty();
  }

  @Test
  void aPinOfAnotherVersionThanTheBoundOneEndsTheBinding(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a"));
    shop.apply(config("b") + deployment("app:1"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");

    shop.apply(deployment("app:1", "app-config-v000"));

    assertThat(app.now().names()).containsExactly("app-config-v000");
    assertThat(app.now().bindings()).isEmpty();
    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply", "replace"})
  void aPinOfTheBoundVersionStaysBound(String verb, Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b"));

    shop.tryKubectl(deployment("app:2", "app-config-v000"), verb, "-f", "-").orFail();

    Workload.State pinned = app.settled();
    assertThat(pinned.image()).isEqualTo("app:2");
    assertThat(pinned.names()).containsExactly("app-config-v000");
    assertThat(pinned.bindings()).isEqualTo("configmap/app-config=v000");
    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scale deployment/my-app --replicas=2",
        "label deployment/my-app team=checkout",
        "annotate deployment/my-app note=hello",
        "patch deployment/my-app --subresource=status --type=merge"
            + " -p={\"status\":{\"collisionCount\":1}}",
        "rollout pause deployment/my-app"
      })
  void whatDoesNotTouchTheTemplateLeavesItAlone(String command, Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    Workload.State before = app.settled();
    shop.apply(config("b"));

    Result result = shop.kubectl(command.split(" "));

    assertThat(result.err()).doesNotContain("lockstep");
    Workload.State after = app.settled();
    assertThat(after.template()).isEqualTo(before.template());
    assertThat(after.names()).containsExactly("app-config-v000");
  }

  @Test
  void aHeadMadeByKubectlCreateIsVersionedToo(Shop shop) {
    shop.kubectl("create", "configmap", "app-config", "--from-literal=FOO=a");
    shop.kubectl("create", "secret", "generic", "app-secret", "--from-literal=KEY=a");
    shop.kubectl("create", "deployment", "my-app", "--image=app:1");

    shop.kubectl("set", "env", APP, "--from=" + HEAD);
    shop.kubectl("set", "env", APP, "--from=secret/app-secret");

    Workload.State state = new Workload(shop, APP).now();
    assertThat(state.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(state.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
  }

  @Test
  void anEditedHeadGetsAVersion(Shop shop) {
    shop.apply(config("before"));

    shop.edit(HEAD, "s/before/after/");

    JsonNode head = shop.get(HEAD);
    assertThat(head.at("/data/FOO").asText()).isEqualTo("after");
    assertThat(version(head)).isEqualTo("v001");
    assertThat(shop.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("before");
  }

  @Test
  void theFirstUpdateOfAHeadFromBeforeOptInKeepsItsOldContentAsTheFirstVersion(
      RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(config("old"));
    assertThat(stamp(shop.get(HEAD))).containsOnly("");
    shop.optIn();

    shop.apply(config("new"));

    JsonNode head = shop.get(HEAD);
    assertThat(version(head)).isEqualTo("v001");
    assertThat(newest(head)).isEqualTo("v001");
    assertThat(shop.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("old");
    assertThat(shop.awaitObject("configmap/app-config-v001").at("/data/FOO").asText())
        .isEqualTo("new");
  }

  @Test
  void aWorkloadOfANamespaceThatIsNotOptedInKeepsItsReferences(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);

    shop.apply(config("a") + deployment("app:1"));

    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config");
    assertThat(stamp(shop.get(HEAD))).containsOnly("");
  }
}
