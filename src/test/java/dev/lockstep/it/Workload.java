package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A Deployment, StatefulSet or DaemonSet of a shop: {@code deployment/my-app}. */
record Workload(Shop shop, String kindAndName) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(100);

  /** As it is persisted. */
  State now() {
    return new State(shop.get(kindAndName));
  }

  /** Once its controller has seen it: what its template was so far are revisions then. */
  State settled() {
    return await().atMost(PATIENCE).pollInterval(POLL).until(this::now, State::isSeen);
  }

  /** {@code kubectl rollout undo}, which has to succeed. */
  State undo(String... flags) {
    List<String> arguments = new ArrayList<>(List.of("rollout", "undo", kindAndName));
    arguments.addAll(List.of(flags));
    shop.kubectl(arguments.toArray(String[]::new));
    return settled();
  }

  /** {@code kubectl rollout restart}; kubectl refuses two within a second, so it is tried again. */
  Result restart() {
    Result result =
        await()
            .atMost(PATIENCE)
            .pollInterval(POLL)
            .until(
                () -> shop.tryKubectl("", "rollout", "restart", kindAndName),
                tried -> !tried.err().contains("within the past second"))
            .orFail();
    settled();
    return result;
  }

  /** What is persisted of a workload. */
  record State(JsonNode object) {

    private boolean isSeen() {
      return object.at("/status/observedGeneration").asLong() >= generation();
    }

    JsonNode template() {
      return object.at("/spec/template");
    }

    String image() {
      return template().at("/spec/containers/0/image").asText();
    }

    /** Every ConfigMap and Secret that containers name, once, sorted. */
    List<String> names() {
      return Stream.of("configMapRef", "configMapKeyRef", "secretRef", "secretKeyRef")
          .flatMap(field -> template().findValues(field).stream())
          .map(reference -> reference.path("name").asText())
          .distinct()
          .sorted()
          .toList();
    }

    String bindings() {
      return Shop.meta(template(), "annotations", "lockstep.dev/bindings");
    }

    String held() {
      return annotation("lockstep.dev/held");
    }

    /** Empty text where there is none. */
    String annotation(String key) {
      return Shop.meta(object, "annotations", key);
    }

    long generation() {
      return object.at("/metadata/generation").asLong();
    }
  }
}
