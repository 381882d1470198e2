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
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What {@code docs/operations.md} says of an outage, in a cluster whose server is taken away. */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class OutageIT {

  /** Ports differ. */
  private static String anyPort(String text) {
    return text.replaceAll("127\\.0\\.0\\.1:\\d+", "127.0.0.1:PORT");
  }

  @Test
  void changesAreRefusedInTheWordsOfThePageAndTheRestGoesOn() throws IOException {
    String page = anyPort(Files.readString(Path.of("docs/operations.md")));
    try (RealCluster cluster = new RealCluster("outage-cluster")) {
      cluster.install(Map.of());
      Shop shop = Shop.open(cluster);
      Workload app = new Workload(shop, "deployment/my-app");
      shop.apply(
          configMap("app-config", "FOO", "a")
              + workload("Deployment", "my-app", "app:1", "app-config"));
      app.settled();
      shop.apply(
          configMap("app-config", "FOO", "b")
              + workload("Deployment", "my-app", "app:2", "app-config"));
      app.settled();
      shop.awaitObject("configmap/app-config-v001");
      cluster.stopServers();

      Result config = shop.tryApply(configMap("app-config", "FOO", "c"));
      Result deployment = shop.tryApply(workload("Deployment", "my-app", "app:3", "app-config"));
      Result undo = shop.tryKubectl("", "rollout", "undo", "deployment/my-app");
      assertThat(page)
          .contains(words(config, "Internal error"), words(deployment, "Internal error"))
          .contains(words(undo, "error: failed restoring"))
          .contains(config.err().lines().findFirst().orElseThrow());
      shop.kubectl("scale", "deployment/my-app", "--replicas=2");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> shop.get("deployment/my-app").at("/status/readyReplicas").asInt() == 2);
      shop.kubectl("delete", "configmap", "app-config-v000");

      // The way out, and back.
      cluster
          .run("kubectl", List.of("delete", "mutatingwebhookconfiguration", "lockstep"), "")
          .orFail();
      shop.awaitNoWebhooks();
      shop.apply(configMap("app-config", "FOO", "c"));
      long before = app.settled().generation();
      cluster.install(Map.of());
      shop.awaitObject("configmap/app-config-v002");
      assertThat(app.settled().generation()).isEqualTo(before);
    }
  }

  /** From here to the end of the line. */
  private static String words(Result refused, String from) {
    assertThat(refused.exit()).isNotZero();
    String all = anyPort(refused.err());
    int start = all.indexOf(from);
    assertThat(start).as(all).isNotNegative();
    return all.substring(start).lines().findFirst().orElseThrow();
  }
}
