package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** What controllers do with a Deployment after it was applied. */
final class Rollouts {
  private Rollouts() {}

  /** The Deployment, once its template has a revision that an undo can go back to. */
  static JsonNode recorded(Shop shop, String name) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.get("deployment/" + name), Rollouts::isRecorded);
  }

  private static boolean isRecorded(JsonNode deployment) {
    return deployment.at("/status/observedGeneration").asInt()
        == deployment.at("/metadata/generation").asInt();
  }

  static JsonNode undo(Shop shop, String name) {
    shop.kubectl("rollout", "undo", "deployment/" + name);
    return recorded(shop, name);
  }
}
