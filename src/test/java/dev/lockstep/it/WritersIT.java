package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Many who write at once, and many things of one name. */
@OnRealCluster
class WritersIT {
  private static final int WRITERS = 24;

  private static final String POD_SPEC =
      """
      containers:
        - name: app
          image: app:1
          envFrom:
            - configMapRef: {name: %1$s}
            - secretRef: {name: %1$s}
      """;

  @Test
  void noContentIsLostAndNoNumberGivenTwice(Shop shop) throws Exception {
    // Nobody uses any of them: only the newest ten would stay.
    shop.kubectl("annotate", "namespace", shop.name(), "lockstep.dev/keep-versions=100");
    shop.apply(configMap("app-config", "WRITER", "first"));

    List<JsonNode> answers =
        together(i -> i % 2 == 0 ? patch(shop, "writer-" + i) : replace(shop, "writer-" + i));

    assertThat(answers).extracting(Traces::version).doesNotHaveDuplicates().hasSize(WRITERS);
    for (JsonNode answer : answers) {
      JsonNode version = shop.awaitObject("configmap/app-config-" + Traces.version(answer));
      assertThat(writer(version)).isEqualTo(writer(answer));
      assertThat(version.path("data")).isEqualTo(answer.path("data"));
    }
    assertThat(answers)
        .extracting(WritersIT::writer)
        .containsExactlyInAnyOrderElementsOf(names(i -> "writer-" + i));
    headIsRight(shop, WRITERS + 1);
  }

  @Test
  void writersOfEqualContentShareItsVersion(Shop shop) throws Exception {
    shop.apply(configMap("app-config", "WRITER", "first"));

    List<JsonNode> answers = together(i -> patch(shop, "group-" + i % 3));

    for (JsonNode answer : answers) {
      JsonNode version = shop.awaitObject("configmap/app-config-" + Traces.version(answer));
      assertThat(writer(version)).isEqualTo(writer(answer));
    }
    Set<String> versions = new HashSet<>();
    answers.forEach(answer -> versions.add(Traces.version(answer)));
    assertThat(versions).hasSize(3);
    headIsRight(shop, 4);
  }

  /** Its stamp is that of its content, and so many versions hold as many contents. */
  private static void headIsRight(Shop shop, int contents) {
    JsonNode head = shop.get("configmap/app-config");
    JsonNode current = shop.awaitObject("configmap/app-config-" + Traces.version(head));
    assertThat(current.path("data")).isEqualTo(head.path("data"));
    List<JsonNode> versions =
        shop.list("configmap", "lockstep.dev/role=version,lockstep.dev/head=app-config");
    assertThat(versions).extracting(WritersIT::writer).doesNotHaveDuplicates().hasSize(contents);
    assertThat(versions)
        .allSatisfy(
            version ->
                assertThat(version.at("/metadata/name").asText())
                    .isEqualTo("app-config-" + Traces.version(version)));
    String newest = versions.stream().map(Traces::version).sorted().reduce("", (a, b) -> b);
    assertThat(Traces.newest(head)).isEqualTo(newest);
  }

  private static String writer(JsonNode configMap) {
    return configMap.at("/data/WRITER").asText();
  }

  private static List<String> names(IntFunction<String> name) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      names.add(name.apply(i));
    }
    return names;
  }

  private static JsonNode patch(Shop shop, String writer) {
    String patch = "{\"data\": {\"WRITER\": \"" + writer + "\"}}";
    return untilNoConflict(
        () -> shop.tryKubectl("", "patch", "configmap/app-config", "--patch", patch, "-o", "json"));
  }

  private static JsonNode replace(Shop shop, String writer) {
    String yaml = configMap("app-config", "WRITER", writer);
    return untilNoConflict(() -> shop.tryKubectl(yaml, "replace", "-f", "-", "-o", "json"));
  }

  /** As people do: kubectl replaces what it has read, and is told when somebody was faster. */
  private static JsonNode untilNoConflict(Callable<Result> command) {
    try {
      Result result = command.call();
      while (result.exit() != 0 && result.err().contains("(Conflict)")) {
        result = command.call();
      }
      return Shop.json(result.orFail());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<JsonNode> together(IntFunction<JsonNode> writer)
      throws InterruptedException, ExecutionException {
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Callable<JsonNode>> tasks = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        tasks.add(() -> writer.apply(number));
      }
      List<JsonNode> answers = new ArrayList<>();
      for (Future<JsonNode> answer : executor.invokeAll(tasks)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void headsOfOneNameInTwoNamespacesKnowNothingOfEachOther(Shop shop) {
    Shop other = Shop.open(shop.cluster());
    String deployment = workload("Deployment", "app", "app:1", "app-config");
    shop.apply(configMap("app-config", "FOO", "1") + deployment);
    shop.apply(configMap("app-config", "FOO", "2") + deployment);
    other.apply(configMap("app-config", "FOO", "2") + deployment);

    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v001");
    assertThat(Traces.version(other.get("configmap/app-config"))).isEqualTo("v000");
    assertThat(Traces.bindings(shop.get("deployment/app"))).isEqualTo("configmap/app-config=v001");
    assertThat(Traces.bindings(other.get("deployment/app"))).isEqualTo("configmap/app-config=v000");
    assertThat(other.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
    assertThat(other.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("2");
  }

  @Test
  void aNameMayHaveDots(Shop shop) {
    String deployment = workload("Deployment", "app", "app:1", "app.config.yaml");
    shop.apply(configMap("app.config.yaml", "FOO", "1") + deployment);
    shop.apply(configMap("app.config.yaml", "FOO", "2") + deployment);

    JsonNode bound = Rollouts.recorded(shop, "app");
    assertThat(bound.at("/spec/template/spec/containers/0/envFrom/0/configMapRef/name").asText())
        .isEqualTo("app.config.yaml-v001");
    assertThat(Traces.bindings(bound)).isEqualTo("configmap/app.config.yaml=v001");
    assertThat(shop.versionsOf("configmap", "app.config.yaml"))
        .containsExactly("app.config.yaml-v000", "app.config.yaml-v001");
  }

  @Test
  void aConfigMapAndASecretOfOneNameAreTwoHeads(Shop shop) {
    String deployment = workload("Deployment", "app", POD_SPEC.formatted("app"));
    shop.apply(configMap("app", "FOO", "1") + secret("app", "BAR", "1") + deployment);
    assertThat(Traces.bindings(shop.get("deployment/app")))
        .isEqualTo("configmap/app=v000,secret/app=v000");

    shop.apply(configMap("app", "FOO", "1") + secret("app", "BAR", "2") + deployment);

    JsonNode bound = shop.get("deployment/app");
    assertThat(Traces.bindings(bound)).isEqualTo("configmap/app=v000,secret/app=v001");
    JsonNode sources = bound.at("/spec/template/spec/containers/0/envFrom");
    assertThat(sources.at("/0/configMapRef/name").asText()).isEqualTo("app-v000");
    assertThat(sources.at("/1/secretRef/name").asText()).isEqualTo("app-v001");
    assertThat(shop.versionsOf("configmap", "app")).containsExactly("app-v000");
    assertThat(shop.versionsOf("secret", "app")).containsExactly("app-v000", "app-v001");
  }

  @Test
  void aHeadMayBeNamedLikeAVersionOfAnother(Shop shop) {
    shop.apply(configMap("a-v000", "FOO", "1"));
    shop.apply(configMap("a", "FOO", "2") + workload("Deployment", "app", "app:1", "a"));

    assertThat(Traces.version(shop.get("configmap/a-v000"))).isEqualTo("v000");
    assertThat(Traces.version(shop.get("configmap/a"))).isEqualTo("v001");
    assertThat(Traces.bindings(shop.get("deployment/app"))).isEqualTo("configmap/a=v001");
    assertThat(shop.awaitObject("configmap/a-v001").at("/data/FOO").asText()).isEqualTo("2");
    assertThat(shop.awaitObject("configmap/a-v000-v000").at("/data/FOO").asText()).isEqualTo("1");
  }
}
