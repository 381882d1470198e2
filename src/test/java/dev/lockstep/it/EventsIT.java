package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code kubectl describe} shows of what Lockstep did without a request. */
@OnRealCluster
class EventsIT {

  private static List<String> told(Shop shop, String reason, String name) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .filter(event -> event.at("/involvedObject/name").asText().equals(name))
        .map(event -> event.path("message").asText())
        .toList();
  }

  private static List<String> awaitTold(Shop shop, String reason, String name) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> told(shop, reason, name), told -> !told.isEmpty());
  }

  @Test
  void aNewContentIsToldOnItsHeadOnce(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "a"));
    assertThat(awaitTold(shop, "VersionMade", "app-config"))
        .containsExactly("what it holds is kept as app-config-v000, for rollbacks");

    shop.kubectl("label", "configmap/app-config", "team=blue");
    shop.apply(configMap("app-config", "FOO", "b"));
    List<String> both =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> told(shop, "VersionMade", "app-config"), told -> told.size() >= 2);
    assertThat(both)
        .containsExactlyInAnyOrder(
            "what it holds is kept as app-config-v000, for rollbacks",
            "what it holds is kept as app-config-v001, for rollbacks");
    JsonNode event =
        shop.list("events", "").stream()
            .filter(e -> e.path("reason").asText().equals("VersionMade"))
            .findFirst()
            .orElseThrow();
    assertThat(event.at("/involvedObject/uid").asText())
        .as("describe finds it by this")
        .isEqualTo(shop.get("configmap/app-config").at("/metadata/uid").asText());
  }

  @Test
  void aVersionThatCanNotBeMadeIsToldOnItsHead(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.awaitObject("configmap/app-config-v000");
    // Its place is taken by another, and it is to be made again.
    Quotas.withRoomFor(shop, "configmaps", 1);
    shop.apply(
        configMap("filler", "FOO", "a")
            .replace(
                "  name: filler\n",
                "  name: filler\n  annotations: {lockstep.dev/versioned: \"false\"}\n"));
    shop.kubectl("delete", "configmap/app-config-v000");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                shop.tryApply(
                            configMap("another", "FOO", "a")
                                .replace(
                                    "  name: another\n",
                                    "  name: another\n  annotations: {lockstep.dev/versioned: \"false\"}\n"))
                        .exit()
                    == 0);

    shop.kubectl("label", "configmap/app-config", "team=blue");

    assertThat(awaitTold(shop, "VersionRefused", "app-config").get(0)).contains("exceeded quota");
    shop.kubectl("delete", "quota", "few");
    shop.kubectl("label", "configmap/app-config", "team=red", "--overwrite");
    shop.awaitObject("configmap/app-config-v000");
  }

  @Test
  void aWorkloadThatWaitsSaysForWhat(Shop shop) {
    shop.apply(workload("Deployment", "my-app", "app:1", "not-there"));
    shop.apply(configMap("other", "FOO", "a"));

    assertThat(awaitTold(shop, "Waiting", "my-app"))
        .containsExactly("waiting for configmap/not-there; it is bound when that is there");
  }
}
