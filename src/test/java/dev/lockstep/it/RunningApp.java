package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The Deployment of {@code docs/example}, in containers. */
record RunningApp(Shop shop) {

  /** Releases {@code docs/example/v1} or {@code v2}, and waits until it runs. */
  void release(String version) {
    shop.kubectl("apply", "-f", "docs/example/" + version);
    awaitRollout();
  }

  void undo() {
    shop.kubectl("rollout", "undo", "deployment/my-app");
    awaitRollout();
  }

  private void awaitRollout() {
    shop.kubectl("rollout", "status", "deployment/my-app", "--timeout=100s");
  }

  /** Its pods that are there to stay. */
  List<String> pods() {
    return shop.list("pods", "app=my-app").stream()
        .filter(pod -> !pod.path("metadata").has("deletionTimestamp"))
        .map(pod -> pod.at("/metadata/name").asText())
        .sorted()
        .toList();
  }

  /** The environments of the first processes of its containers: {@code FOO=bar}, and others. */
  List<List<String>> environments() {
    return pods().stream()
        .map(pod -> shop.kubectl("exec", pod, "--", "cat", "/proc/1/environ").out())
        .map(environment -> List.of(environment.split("\0")))
        .toList();
  }

  /** The ConfigMap that its pod template names. */
  String configMap() {
    JsonNode deployment = shop.get("deployment/my-app");
    return deployment.at("/spec/template/spec/containers/0/envFrom/0/configMapRef/name").asText();
  }
}
