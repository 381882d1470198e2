package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/clients.md says of kubectl, field managers, backups, and who else names heads. */
@OnRealCluster
class ClientsIT {
  private static final String APP = "deployment/my-app";
  private static final String HEAD = "configmap/app-config";

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  /** The same objects with a label that all of a team's objects have. */
  private static String labelled(String yaml) {
    return yaml.replaceAll("(?m)^metadata:\n", "metadata:\n  labels: {team: checkout}\n");
  }

  // kubectl

  @Test
  void pruneTakesHeadsAndLeavesVersions(Shop shop) {
    String[] prune = {
      "--prune",
      "--selector=team=checkout",
      "--prune-allowlist=core/v1/ConfigMap",
      "--prune-allowlist=apps/v1/Deployment"
    };
    Workload app = new Workload(shop, APP);
    shop.apply(
        labelled(
            configMap("old-config", "FOO", "old")
                + workload("Deployment", "old-app", "app:1", "old-config")
                + workload("Deployment", "my-app", "app:1", "old-config")),
        prune);
    app.settled();

    Result pruned = shop.apply(labelled(config("new") + deployment("app:2")), prune);

    assertThat(pruned.out())
        .contains("configmap/old-config pruned", "deployment.apps/old-app pruned")
        .doesNotContain("-v0");
    assertThat(shop.find("configmap/old-config")).isEmpty();
    assertThat(app.settled().names()).containsExactly("app-config-v000");
    shop.apply(labelled(config("new") + deployment("app:2")), prune);

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("old-config-v000");
    assertThat(shop.get("configmap/old-config-v000").at("/data/FOO").asText()).isEqualTo("old");
  }

  @Test
  void anEditOfAWorkloadThatIsBehindKeepsItsBinding(Shop shop) {
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.edit(APP, "s/app:1/app:2/");

    Workload.State edited = new Workload(shop, APP).now();
    assertThat(edited.image()).isEqualTo("app:2");
    assertThat(edited.names()).containsExactly("app-config-v000");
    assertThat(edited.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anEditThatNamesTheHeadBindsToCurrent(Shop shop) {
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    shop.edit(APP, "s/app-config-v000/app-config/");

    Workload.State edited = new Workload(shop, APP).now();
    assertThat(edited.names()).containsExactly("app-config-v001");
    assertThat(edited.bindings()).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void aConfigMapMadeOfFilesHasAVersionForEachOfTheirContents(Shop shop) {
    Folder folder = Folder.of(shop);
    String text = folder.write("application.properties", "greeting=hello\n");
    String binary = folder.write("logo", new byte[] {0, 1, (byte) 0xff});
    String[] files = {"--from-file=" + text, "--from-file=" + binary};

    JsonNode first = created(shop, files);
    created(shop, files);
    assertThat(Traces.newest(shop.get(HEAD))).isEqualTo("v000");

    folder.write("application.properties", "greeting=good day\n");
    JsonNode second = created(shop, files);

    assertThat(Traces.version(second)).isEqualTo("v001");
    assertThat(second.at("/binaryData/logo").asText()).isEqualTo("AAH/");
    assertSameContent(shop.awaitObject("configmap/app-config-v000"), first);
    assertSameContent(shop.awaitObject("configmap/app-config-v001"), second);
  }

  @Test
  void aConfigMapMadeOfAnEnvFileHasAVersionForEachOfItsContents(Shop shop) {
    Folder folder = Folder.of(shop);
    String file = folder.write("app.env", "FOO=a\nBAR=x\n");
    created(shop, "--from-env-file=" + file);
    shop.apply(deployment("app:1"));
    // Another order and a comment: the same content.
    folder.write("app.env", "# for the shop\nBAR=x\nFOO=a\n");
    assertThat(Traces.newest(created(shop, "--from-env-file=" + file))).isEqualTo("v000");

    folder.write("app.env", "FOO=b\nBAR=x\n");
    created(shop, "--from-env-file=" + file);
    shop.apply(deployment("app:1"));

    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config-v001");
    assertThat(shop.get("configmap/app-config-v001").at("/data/FOO").asText()).isEqualTo("b");
  }

  /** {@code kubectl create configmap … --dry-run=client -o yaml | kubectl apply -f -}. */
  private static JsonNode created(Shop shop, String... from) {
    String[] command =
        Stream.concat(
                Stream.of("create", "configmap", "app-config", "--dry-run=client", "-o", "yaml"),
                Stream.of(from))
            .toArray(String[]::new);
    shop.apply(shop.kubectl(command).out());
    return shop.get(HEAD);
  }

  private static void assertSameContent(JsonNode version, JsonNode head) {
    assertThat(version.path("data")).isEqualTo(head.path("data"));
    assertThat(version.path("binaryData")).isEqualTo(head.path("binaryData"));
  }

  // Field managers

  @Test
  void theFilesOfOneManagerNeedForceWhenAnotherAppliesThem(Shop shop) {
    Workload app = new Workload(shop, APP);
    String files = config("a") + deployment("app:1");
    String[] one = {"--server-side", "--field-manager=one"};
    String[] other = {"--server-side", "--field-manager=other"};
    shop.apply(files, one);
    Workload.State before = app.settled();

    Result refused = shop.tryApply(files, other);
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.out()).as("the ConfigMap is what its file says").contains("app-config");
    assertThat(refused.err()).contains("conflict with \"one\"", ".envFrom").doesNotContain("image");

    shop.apply(files, "--server-side", "--field-manager=other", "--force-conflicts");
    shop.apply(files, other);
    assertThat(app.settled().template()).isEqualTo(before.template());
    assertThat(shop.tryApply(files, one).err())
        .as("it has lost the references to the other")
        .contains("conflict with \"other\"", ".envFrom");
  }

  // Backups

  /**
   * A restore as Velero makes it, played, not run: each object is created with its labels and
   * annotations, without owners and status.
   */
  @ParameterizedTest
  @ValueSource(strings = {"configmap replicaset deployment", "deployment replicaset configmap"})
  void aRestoredWorkloadReadsWhatItReadWhenItWasSaved(String order, Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b") + deployment("app:2"));
    app.settled();
    assertThat(app.undo().held()).isEqualTo("configmap/app-config=v000");
    Shop other = Shop.open(shop.cluster());

    for (String kind : order.split(" ")) {
      shop.list(kind, "").stream()
          .filter(object -> !object.at("/metadata/name").asText().equals("kube-root-ca.crt"))
          .forEach(object -> restore(other, object));
    }

    Workload restored = new Workload(other, APP);
    Workload.State state = restored.settled();
    assertThat(state.image()).isEqualTo("app:1");
    assertThat(state.names()).containsExactly("app-config-v000");
    assertThat(state.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(other.list("replicaset", "")).hasSize(2);
    assertThat(other.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001");
    assertThat(Traces.version(other.get(HEAD))).isEqualTo("v001");
    // That it was rolled back is not known any more.
    assertThat(state.held()).isEmpty();
    restored.restart();
    assertThat(restored.now().names()).containsExactly("app-config-v001");
  }

  /** A tool goes on where there is an object of that name already. */
  private static void restore(Shop shop, JsonNode object) {
    ObjectNode copy = object.deepCopy();
    copy.remove("status");
    copy.withObject("/metadata").retain("name", "labels", "annotations");
    Result created = shop.tryKubectl(copy.toString(), "create", "-f", "-");
    if (!created.err().contains("AlreadyExists")) {
      created.orFail();
    }
  }

  // Who else names heads

  @Test
  void aRoleForTheHeadIsNoneForItsVersions(Shop shop) {
    shop.apply(secret("app-secret", "KEY", "a"));
    shop.awaitObject("secret/app-secret-v000");
    shop.kubectl("create", "serviceaccount", "app");
    shop.kubectl(
        "create",
        "role",
        "reader",
        "--verb=get",
        "--resource=secrets",
        "--resource-name=app-secret");
    shop.kubectl(
        "create",
        "rolebinding",
        "reader",
        "--role=reader",
        "--serviceaccount=" + shop.name() + ":app");
    String[] asApp = {"--as=system:serviceaccount:" + shop.name() + ":app"};

    assertThat(shop.tryKubectl("", "get", "secret/app-secret", asApp[0]).exit()).isZero();
    assertThat(shop.tryKubectl("", "get", "secret/app-secret-v000", asApp[0]).err())
        .contains("Forbidden");
  }

  @Test
  void whoReadsConfigThroughTheApiReadsTheHead(Shop shop) {
    shop.apply(config("a") + deployment("app:1"));
    shop.apply(config("b"));

    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config-v000");
    assertThat(shop.get(HEAD).at("/data/FOO").asText()).isEqualTo("b");
  }
}
