package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands of {@code docs/operations.md}, as they stand there. */
@OnRealCluster
class OperationsIT {
  private static final Path PAGE = Path.of("docs/operations.md");
  private static final Pattern COMMAND = Pattern.compile("(?m)^([^\\n]+)\\n\\n```sh\\n(.+)\\n```$");

  /** The command under the line of the page that begins so. */
  private static String command(String about) throws IOException {
    List<String> found =
        COMMAND
            .matcher(Files.readString(PAGE))
            .results()
            .filter(block -> block.group(1).startsWith(about))
            .map(block -> block.group(2))
            .toList();
    assertThat(found).as(about).hasSize(1);
    return found.get(0);
  }

  private static Result run(Shop shop, String about) throws IOException {
    String command = command(about).replace("-n shop ", "-n " + shop.name() + " ");
    ProcessBuilder bash = new ProcessBuilder("bash", "-c", command);
    bash.environment()
        .putAll(
            Map.of(
                "KUBECONFIG",
                shop.cluster().file("kubeconfig").toString(),
                "PATH",
                shop.cluster().file("bin") + ":" + System.getenv("PATH")));
    return Result.of(bash, "");
  }

  @Test
  void theHistoryIsToldByPlainKubectl(Shop shop) throws IOException {
    Workload app = new Workload(shop, "deployment/my-app");
    shop.apply(
        configMap("app-config", "FOO", "bar")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    app.settled();
    shop.apply(
        configMap("app-config", "BAR", "baz")
            + workload("Deployment", "my-app", "app:2", "app-config"));
    app.settled();
    shop.awaitObject("configmap/app-config-v001");

    assertThat(run(shop, "Which versions there are").orFail().out())
        .containsPattern("app-config +1 +\\S+ +v001")
        .containsPattern("app-config-v000 +1 +\\S+ +v000")
        .containsPattern("app-config-v001 +1 +\\S+ +v001");
    Result difference = run(shop, "What changed between two");
    assertThat(difference.exit()).as("as diff ends").isEqualTo(1);
    assertThat(difference.out()).contains("< FOO: bar", "> BAR: baz");
    assertThat(run(shop, "Who brought each").orFail().out())
        .containsPattern("v000 +\\d{4}-\\d\\d-\\d\\dT\\S+Z +admin")
        .containsPattern("v001 +\\d{4}-\\d\\d-\\d\\dT\\S+Z +admin");
    run(shop, "Keep one for good").orFail();
    assertThat(Shop.meta(shop.get("configmap/app-config-v000"), "annotations", "lockstep.dev/keep"))
        .isEqualTo("true");
    Result users = run(shop, "Who uses it");
    assertThat(users.exit()).isNotZero();
    assertThat(users.err()).contains("it is used by ", "ReplicaSet");
    assertThat(shop.find("configmap/app-config-v000")).isPresent();
    app.undo();
    assertThat(run(shop, "What each workload runs with").orFail().out())
        .containsPattern("my-app +configmap/app-config=v000 +configmap/app-config=v000 +<none>");
    assertThat(run(shop, "What each revision would bring back").orFail().out())
        .containsPattern("3 +app:1 +configmap/app-config=v000")
        .containsPattern("2 +app:2 +configmap/app-config=v001");
  }

  @Test
  void whatIsBehindIsToldByPlainKubectl(Shop shop) throws IOException {
    shop.apply(
        configMap("app-config", "FOO", "a")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    shop.apply(configMap("app-config", "FOO", "b"));

    Pattern line =
        Pattern.compile(shop.name() + " +my-app +newer config is there: configmap/app-config=v001");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> line.matcher(run(shop, "What is behind").orFail().out()).find());
  }
}
