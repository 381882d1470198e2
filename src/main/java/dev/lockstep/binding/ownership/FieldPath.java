package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The path of a field, in which an item of a list is told by its {@code name} instead of its index:
 * volumes, containers and environment variables are merged by that key.
 */
record FieldPath(List<Step> steps) {

  /** A field's name, or the {@code name} of a list's item. */
  record Step(String name, boolean isItem) {
    /** As {@code fieldsV1} spells it: {@code f:volumes}, {@code k:{"name":"extra"}}. */
    @Override
    public String toString() {
      return isItem ? "k:{\"name\":" + TextNode.valueOf(name) + "}" : "f:" + name;
    }
  }

  FieldPath {
    steps = List.copyOf(steps);
  }

  static FieldPath of(JsonNode object, JsonPointer place) {
    List<Step> steps = new ArrayList<>();
    JsonNode node = object;
    for (JsonPointer rest = place; !rest.matches(); rest = rest.tail()) {
      if (node.isArray()) {
        node = node.path(rest.getMatchingIndex());
        steps.add(new Step(node.path("name").asText(), true));
      } else {
        node = node.path(rest.getMatchingProperty());
        steps.add(new Step(rest.getMatchingProperty(), false));
      }
    }
    return new FieldPath(steps);
  }

  /** Where an object has this; for a field, the place at which it would be. */
  Optional<JsonPointer> in(JsonNode object) {
    JsonPointer place = JsonPointer.empty();
    JsonNode node = object;
    for (Step step : steps) {
      if (step.isItem()) {
        int index = index(node, step.name());
        if (index < 0) {
          return Optional.empty();
        }
        place = place.appendIndex(index);
        node = node.path(index);
      } else {
        place = place.appendProperty(step.name());
        node = node.path(step.name());
      }
    }
    return Optional.of(place);
  }

  FieldPath then(String field) {
    List<Step> more = new ArrayList<>(steps);
    more.add(new Step(field, false));
    return new FieldPath(more);
  }

  private static int index(JsonNode list, String name) {
    for (int i = 0; i < list.size(); i++) {
      if (list.path(i).path("name").asText().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
