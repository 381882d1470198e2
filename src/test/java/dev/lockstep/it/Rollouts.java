package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;

import com.fasterxml.jackson.databind.JsonNode;

/** What controllers do with a Deployment after it was applied. */
final class Rollouts {
  private Rollouts() {}

  /** The Deployment, once its template has a revision that an undo can go back to. */
  static JsonNode recorded(Shop shop, String name) {
    return waiting().until(() -> shop.get("deployment/" + name), Rollouts::isRecorded);
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
