package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON Patch (RFC 6902) that holds only the operations that are meant. Never a diff of objects:
 * what a model does not know would be lost.
 */
public final class JsonPatchBuilder {
  private final JsonNode target;
  private final ArrayNode operations = JsonNodeFactory.instance.arrayNode();

  /**
   * @param target what the patch will be applied to; read, never changed
   */
  JsonPatchBuilder(JsonNode target) {
    this.target = target;
  }

  public boolean isEmpty() {
    return operations.isEmpty();
  }

  public ArrayNode operations() {
    return operations;
  }

  public JsonPatchBuilder replace(JsonPointer place, String value) {
    if (!target.at(place).asText().equals(value)) {
      operation("replace", place).put("value", value);
    }
    return this;
  }

  /**
   * Makes a map of strings (labels, annotations) hold these entries.
   *
   * @param entries an empty value means: none under this key
   */
  public JsonPatchBuilder setAll(JsonPointer map, Map<String, Optional<String>> entries) {
    JsonNode there = target.at(map);
    if (!there.isObject()) {
      addMap(map, entries);
      return this;
    }
    entries.forEach(
        (key, value) -> {
          JsonPointer place = map.appendProperty(key);
          if (value.isEmpty()) {
            if (there.has(key)) {
              operation("remove", place);
            }
          } else if (!there.path(key).asText("").equals(value.get()) || !there.has(key)) {
            operation("add", place).put("value", value.get());
          }
        });
    return this;
  }

  private void addMap(JsonPointer map, Map<String, Optional<String>> entries) {
    ObjectNode values = JsonNodeFactory.instance.objectNode();
    entries.forEach((key, value) -> value.ifPresent(text -> values.put(key, text)));
    if (values.isEmpty()) {
      return;
    }
    if (!target.at(map.head()).isObject()) {
      operation("add", map.head()).putObject("value");
    }
    operation("add", map).set("value", values);
  }

  private ObjectNode operation(String name, JsonPointer place) {
    return operations.addObject().put("op", name).put("path", place.toString());
  }
}
