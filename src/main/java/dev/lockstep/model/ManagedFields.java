package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/** When fields of an object were written, as {@code metadata.managedFields} has it. */
public final class ManagedFields {
  private ManagedFields() {}

  /**
   * The newest time of those managers that own one of these fields. It is no older than the last
   * change of one of them; a manager that changed another of its fields since makes it newer.
   *
   * @param fields tells by a manager's {@code fieldsV1} whether it owns one of them
   */
  public static Optional<Instant> newest(JsonNode object, Predicate<JsonNode> fields) {
    return StreamSupport.stream(object.path("metadata").path("managedFields").spliterator(), false)
        .filter(entry -> entry.path("subresource").asText("").isEmpty())
        .filter(entry -> fields.test(entry.path("fieldsV1")))
        .map(entry -> KubernetesJson.text(entry.path("time")).map(Instant::parse))
        .flatMap(Optional::stream)
        .max(Comparator.naturalOrder());
  }
}
