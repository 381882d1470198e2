package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What {@code metadata.managedFields} tells about an object's writers. The API server keeps it
 * before it calls a webhook, and its times are those of its own clock.
 */
final class RecordedWrites {
  private static final String ANNOTATIONS = "f:annotations";
  private static final String METADATA = "f:metadata";

  private final JsonNode entries;

  private RecordedWrites(JsonNode entries) {
    this.entries = entries;
  }

  static RecordedWrites of(JsonNode object) {
    return new RecordedWrites(object.path("metadata").path("managedFields"));
  }

  /** When the object was last written, its status aside. */
  Optional<Instant> newestTime() {
    return newest().flatMap(RecordedWrites::time);
  }

  /** Who wrote it last, its status aside. */
  Optional<String> newestManager() {
    return newest().map(entry -> entry.path("manager").asText());
  }

  private Optional<JsonNode> newest() {
    return list().stream()
        .filter(entry -> entry.path("subresource").asText().isEmpty())
        .filter(entry -> time(entry).isPresent())
        .max(Comparator.comparing(entry -> time(entry).orElseThrow()));
  }

  /** When a controller last said something about its pods. */
  Optional<Instant> statusTime() {
    return list().stream()
        .filter(entry -> entry.path("subresource").asText().equals("status"))
        .flatMap(entry -> time(entry).stream())
        .max(Comparator.naturalOrder());
  }

  /** Whether this manager's request, which led from {@code before} to this, was an apply. */
  boolean isAppliedBy(String manager, RecordedWrites before) {
    Optional<JsonNode> applied = entry(manager, "Apply");
    return applied.isPresent()
        && (!applied.equals(before.entry(manager, "Apply"))
            || entry(manager, "Update").equals(before.entry(manager, "Update")));
  }

  private Optional<JsonNode> entry(String manager, String operation) {
    return list().stream()
        .filter(entry -> entry.path("manager").asText().equals(manager))
        .filter(entry -> entry.path("operation").asText().equals(operation))
        .filter(entry -> entry.path("subresource").asText().isEmpty())
        .findFirst();
  }

  /** The entries without the ownership of this annotation; empty where nobody owns it. */
  Optional<ArrayNode> withoutAnnotation(String key) {
    ArrayNode kept = JsonNodeFactory.instance.arrayNode();
    boolean changed = false;
    for (JsonNode entry : entries) {
      JsonNode copy = entry.deepCopy();
      if (copy.path("fieldsV1") instanceof ObjectNode fields
          && fields.path(METADATA) instanceof ObjectNode metadata
          && metadata.path(ANNOTATIONS) instanceof ObjectNode annotations
          && annotations.remove("f:" + key) != null) {
        changed = true;
        dropIfEmpty(metadata, ANNOTATIONS);
        dropIfEmpty(fields, METADATA);
        if (fields.isEmpty()) {
          continue;
        }
      }
      kept.add(copy);
    }
    return changed ? Optional.of(kept) : Optional.empty();
  }

  /** An owned map of annotations that held nothing else. */
  private static void dropIfEmpty(ObjectNode parent, String field) {
    JsonNode child = parent.path(field);
    if (child.isEmpty() || child.size() == 1 && child.has(".")) {
      parent.remove(field);
    }
  }

  private List<JsonNode> list() {
    List<JsonNode> list = new ArrayList<>();
    entries.forEach(list::add);
    return list;
  }

  private static Optional<Instant> time(JsonNode entry) {
    try {
      return Optional.of(Instant.parse(entry.path("time").asText()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
