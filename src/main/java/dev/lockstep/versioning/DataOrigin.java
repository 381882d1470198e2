package dev.lockstep.versioning;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Stamp;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Who brought the data of an object: those who declare it, or a program that fills what a manifest
 * leaves empty (its own certificate, an injected bundle). All of it is told from the object itself,
 * so that admission and leader agree.
 */
final class DataOrigin {
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final List<String> DATA = List.of("data", "binaryData", "stringData");
  private static final List<String> OWNED_DATA = List.of("f:data", "f:binaryData", "f:stringData");
  private static final ObjectMapper JSON = new ObjectMapper();

  private DataOrigin() {}

  static boolean isEmpty(JsonNode object) {
    return DATA.stream().allMatch(field -> object.path(field).isEmpty());
  }

  /**
   * Whether a program filled it, and nobody ever declared its data.
   *
   * @param persisted the object as it is persisted, if it is
   */
  static boolean isProgram(JsonNode object, Optional<JsonNode> persisted) {
    JsonNode before = persisted.orElse(object);
    if (isEmpty(object) || Stamp.wasHead(before) || isDeclared(object)) {
      return false;
    }
    return persisted.filter(DataOrigin::isEmpty).isPresent()
        || KubernetesJson.annotation(before, Annotations.LEFT_OUT)
            .filter(Annotations.FILLED_BY_A_PROGRAM::equals)
            .isPresent()
        // Applied without data, and filled where no admission saw it.
        || lastApplied(object).isPresent();
  }

  /** By kubectl's client-side apply, by a server-side apply, or by Helm. */
  private static boolean isDeclared(JsonNode object) {
    return lastApplied(object).filter(applied -> !isEmpty(applied)).isPresent()
        || isOwned(object, DataOrigin::isApply)
        || isHelms(object) && isOwned(object, entry -> owns(entry, "f:labels", "f:" + MANAGED_BY));
  }

  private static Optional<JsonNode> lastApplied(JsonNode object) {
    return KubernetesJson.annotation(object, LAST_APPLIED).flatMap(DataOrigin::parse);
  }

  /** What can't be read is nobody's. */
  private static Optional<JsonNode> parse(String text) {
    try {
      return Optional.of(JSON.readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static boolean isApply(JsonNode entry) {
    return "Apply".equals(entry.path("operation").asText());
  }

  /** Programs fill objects of charts, too, and leave Helm's label on them. */
  private static boolean isHelms(JsonNode object) {
    return KubernetesJson.label(object, MANAGED_BY).filter("Helm"::equals).isPresent();
  }

  private static boolean isOwned(JsonNode object, Predicate<JsonNode> isDeclaration) {
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      if (isDeclaration.test(entry) && ownsData(entry.path("fieldsV1"))) {
        return true;
      }
    }
    return false;
  }

  private static boolean owns(JsonNode entry, String map, String field) {
    return entry.path("fieldsV1").path("f:metadata").path(map).has(field);
  }

  private static boolean ownsData(JsonNode fields) {
    for (String field : OWNED_DATA) {
      for (var key : KubernetesJson.entries(fields.path(field))) {
        if (key.getKey().startsWith("f:")) {
          return true;
        }
      }
    }
    return false;
  }
}
