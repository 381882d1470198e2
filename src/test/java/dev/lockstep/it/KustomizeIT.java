package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code kubectl apply -k}: generators are not needed any more, and do no harm. */
@OnRealCluster
class KustomizeIT {
  private static final String APP = "deployment/my-app";

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  @Test
  void aKustomizationWithoutGeneratorsIsLikeAnyFiles(Shop shop) {
    Folder folder = Folder.of(shop);
    folder.write(
        "kustomization.yaml",
        """
        namePrefix: dev-
        labels:
          - pairs: {team: checkout}
        resources: [deployment.yaml, config.yaml]
        """);
    folder.write("deployment.yaml", deployment("app:1"));
    folder.write("config.yaml", configMap("app-config", "FOO", "a"));
    Workload app = new Workload(shop, "deployment/dev-my-app");
    shop.kubectl("apply", "-k", folder.path());
    Workload.State first = app.settled();
    assertThat(first.names()).containsExactly("dev-app-config-v000");

    shop.kubectl("apply", "-k", folder.path());
    assertThat(app.settled().generation()).isEqualTo(first.generation());
    assertThat(shop.kubectl("diff", "-k", folder.path()).out()).isEmpty();

    // Kustomize puts the ConfigMap first, whatever the list says.
    folder.write("config.yaml", configMap("app-config", "FOO", "b"));
    folder.write("deployment.yaml", deployment("app:2"));
    shop.kubectl("apply", "-k", folder.path());
    assertThat(app.settled().names()).containsExactly("dev-app-config-v001");
    assertThat(shop.versionsOf("configmap", "dev-app-config"))
        .containsExactly("dev-app-config-v000", "dev-app-config-v001");
    assertThat(shop.list("configmap", "team=checkout")).hasSize(1);

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("dev-app-config-v000");
  }

  @Test
  void aGeneratedHeadCostsOneVersionAndUndoOutlivesIt(Shop shop) {
    Workload app = new Workload(shop, APP);
    String first = generated(shop, "a", "app:1", "");
    assertThat(app.settled().names()).containsExactly(first + "-v000");
    assertThat(generated(shop, "a", "app:1", "")).isEqualTo(first);

    String second = generated(shop, "b", "app:2", "");

    assertThat(second).isNotEqualTo(first);
    assertThat(app.settled().names()).containsExactly(second + "-v000");
    assertThat(shop.versionsOf("configmap", first)).containsExactly(first + "-v000");
    assertThat(shop.versionsOf("configmap", second)).containsExactly(second + "-v000");
    assertThat(shop.find("configmap/" + first)).as("kubectl pruned the old head").isEmpty();

    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly(first + "-v000");
    assertThat(shop.get("configmap/" + first + "-v000").at("/data/FOO").asText()).isEqualTo("a");
    app.restart();
    assertThat(app.now().names()).containsExactly(first + "-v000");
    generated(shop, "b", "app:2", "");
    assertThat(app.settled().names()).containsExactly(second + "-v000");
  }

  @Test
  void aGeneratedHeadThatIsImmutableCostsNothing(Shop shop) {
    String head = generated(shop, "a", "app:1", "generatorOptions: {immutable: true}");

    assertThat(new Workload(shop, APP).settled().names()).containsExactly(head);
    assertThat(Traces.on(shop.get("configmap/" + head))).isEmpty();
    assertThat(shop.versionsOf("configmap", head)).isEmpty();
  }

  /** Applies a kustomization with a generator, as CD jobs do; answers what the head is called. */
  private static String generated(Shop shop, String value, String image, String options) {
    Folder folder = Folder.of(shop);
    folder.write("deployment.yaml", deployment(image));
    folder.write(
        "kustomization.yaml",
        """
        labels:
          - pairs: {team: checkout}
        resources: [deployment.yaml]
        configMapGenerator:
          - name: app-config
            literals: [FOO=%s]
        %s
        """
            .formatted(value, options));
    shop.kubectl(
        "apply",
        "-k",
        folder.path(),
        "--prune",
        "--selector=team=checkout",
        "--prune-allowlist=core/v1/ConfigMap");
    return shop.list("configmap", "team=checkout").stream()
        .filter(head -> head.at("/data/FOO").asText().equals(value))
        .map(head -> head.at("/metadata/name").asText())
        .findFirst()
        .orElseThrow();
  }
}
