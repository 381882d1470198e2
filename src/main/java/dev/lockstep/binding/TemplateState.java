package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A pod template, with what it names and what it is bound to.
 *
 * @param references those whose name can be one
 * @param stated what its annotation says
 * @param bound what its annotation says and a reference holds
 */
record TemplateState(
    JsonNode template, List<Reference> references, Bindings stated, Bindings bound) {
  static final TemplateState NONE = of(MissingNode.getInstance());

  static TemplateState of(JsonNode template) {
    return new TemplateState(
        template,
        Reference.in(template).stream().filter(r -> r.named().isValid()).toList(),
        KubernetesJson.annotation(template, Annotations.BINDINGS)
            .map(Bindings::parse)
            .orElse(Bindings.NONE),
        Bindings.of(template));
  }

  /** The same as if it were bound to this, too. */
  TemplateState boundTo(Bindings others) {
    SortedMap<HeadRef, VersionNumber> all = new TreeMap<>(others.versions());
    all.putAll(bound.versions());
    return new TemplateState(template, references, stated, new Bindings(all));
  }

  boolean names(HeadRef name) {
    return references.stream().anyMatch(reference -> reference.named().equals(name));
  }

  Optional<HeadRef> at(JsonPointer place) {
    return references.stream()
        .filter(reference -> reference.place().equals(place))
        .map(Reference::named)
        .findFirst();
  }

  /** What it needs of the object with this name. */
  Set<String> keysOf(HeadRef name) {
    Set<String> keys = new HashSet<>();
    references.stream().filter(r -> r.named().equals(name)).forEach(r -> keys.addAll(r.keys()));
    return keys;
  }

  /** The head that the name of a version stands for here. */
  Optional<HeadRef> headOf(HeadRef name) {
    return bound.versions().entrySet().stream()
        .filter(entry -> entry.getKey().version(entry.getValue()).equals(name))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The template with heads where it is bound, and without what says so. */
  JsonNode unbound() {
    return withNames(
        references.stream()
            .filter(reference -> headOf(reference.named()).isPresent())
            .collect(
                Collectors.toMap(
                    Reference::place,
                    reference -> headOf(reference.named()).orElseThrow().name())));
  }

  /** The template with these names, and without the annotation that says what it is bound to. */
  JsonNode withNames(Map<JsonPointer, String> names) {
    JsonNode copy = template.deepCopy();
    names.forEach(
        (place, name) ->
            ((ObjectNode) copy.at(place.head())).put(place.last().getMatchingProperty(), name));
    return TemplateComparison.withoutAnnotation(copy, Annotations.BINDINGS);
  }
}
