package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reading of Kubernetes objects as raw JSON; {@code null} and absent read the same. */
public final class KubernetesJson {
  private KubernetesJson() {}

  public static String name(JsonNode object) {
    return object.path("metadata").path("name").asText("");
  }

  public static Optional<String> label(JsonNode object, String key) {
    return text(object.path("metadata").path("labels").path(key));
  }

  public static Optional<String> annotation(JsonNode object, String key) {
    return text(object.path("metadata").path("annotations").path(key));
  }

  /** By the API server's clock; empty if it was not persisted yet. */
  public static Optional<Instant> created(JsonNode object) {
    return text(object.path("metadata").path("creationTimestamp")).map(Instant::parse);
  }

  public static Map<String, String> annotations(JsonNode object) {
    Map<String, String> annotations = new HashMap<>();
    for (var entry : entries(object.path("metadata").path("annotations"))) {
      annotations.put(entry.getKey(), entry.getValue().asText(""));
    }
    return annotations;
  }

  public static Optional<String> text(JsonNode node) {
    return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }

  /** The entries of a JSON object; none where there is none. */
  public static Iterable<Map.Entry<String, JsonNode>> entries(JsonNode object) {
    return (object.isObject() ? object : MissingNode.getInstance()).properties();
  }

  /** Whether some controller manages this object (and would fight over changes to it). */
  public static boolean hasController(JsonNode object) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean(false)) {
        return true;
      }
    }
    return false;
  }
}
