package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionName;
import java.util.Optional;

/** What a workload would look like if no name in it had been rewritten. */
final class BareNames {
  private BareNames() {}

  /** A copy in which each bound reference names its head. */
  static JsonNode in(JsonNode object, JsonPointer template) {
    JsonNode copy = object.deepCopy();
    JsonNode bound = copy.at(template);
    Bindings bindings = Bindings.of(bound);
    for (Reference reference : Reference.in(bound)) {
      headOf(reference, bindings)
          .ifPresent(
              head -> {
                JsonPointer place = reference.place();
                ((ObjectNode) bound.at(place.head()))
                    .put(place.last().getMatchingProperty(), head.name());
              });
    }
    return copy;
  }

  /** The head of a reference that names the version which the template is bound to. */
  static Optional<HeadRef> headOf(Reference reference, Bindings bindings) {
    return VersionName.parse(reference.named().name())
        .filter(
            name ->
                bindings
                    .of(new HeadRef(reference.named().kind(), name.head()))
                    .filter(name.number()::equals)
                    .isPresent())
        .map(name -> new HeadRef(reference.named().kind(), name.head()));
  }
}
