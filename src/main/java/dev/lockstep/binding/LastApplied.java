package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The manifest that client-side apply, and nothing else, notes on an object. */
final class LastApplied {
  private static final String KEY = "kubectl.kubernetes.io/last-applied-configuration";
  private static final ObjectMapper JSON = new ObjectMapper();

  private LastApplied() {}

  static Optional<String> of(JsonNode object) {
    return KubernetesJson.annotation(object, KEY);
  }

  /**
   * Whether a request names all that the manifest names, with the images of the manifest, where the
   * persisted template does not. That is how the same manifest looks when it is applied again.
   */
  static boolean isAppliedAgain(WorkloadKind kind, JsonNode object, JsonNode old) {
    Optional<JsonNode> manifest = of(object).flatMap(LastApplied::parse);
    return manifest
        .map(applied -> applied.at(kind.template()))
        .filter(JsonNode::isObject)
        .filter(applied -> isAsIn(applied, object.at(kind.template())))
        .filter(applied -> !isAsIn(applied, old.at(kind.template())))
        .isPresent();
  }

  private static boolean isAsIn(JsonNode applied, JsonNode template) {
    return named(template).containsAll(named(applied))
        && images(template).entrySet().containsAll(images(applied).entrySet());
  }

  private static Set<HeadRef> named(JsonNode template) {
    return Reference.in(template).stream().map(Reference::named).collect(Collectors.toSet());
  }

  /** By container's name. */
  static Map<String, String> images(JsonNode template) {
    Map<String, String> images = new HashMap<>();
    for (String list : Set.of("containers", "initContainers")) {
      for (JsonNode container : template.path("spec").path(list)) {
        images.put(container.path("name").asText(), container.path("image").asText());
      }
    }
    return images;
  }

  private static Optional<JsonNode> parse(String manifest) {
    try {
      return Optional.of(JSON.readTree(manifest));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
