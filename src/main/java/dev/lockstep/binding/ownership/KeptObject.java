package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A workload as the other rules are to see it.
 *
 * @param object with what was kept
 * @param replaced what is not as in the request, by its place; each is to be set in this order
 * @param coOwners the value of {@link dev.lockstep.model.Annotations#CO_OWNERS}, where it was
 *     looked at; an empty value means: none under this key
 */
public record KeptObject(
    JsonNode object, Map<JsonPointer, JsonNode> replaced, Optional<Optional<String>> coOwners) {

  public KeptObject {
    replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
  }

  static KeptObject unchanged(JsonNode object) {
    return new KeptObject(object, Map.of(), Optional.empty());
  }
}
