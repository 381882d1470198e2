package dev.lockstep.binding;

import dev.lockstep.binding.ReferenceClassifier.Bound;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The references of one head in a requested template, by how they name it.
 *
 * @param bare by its own name
 * @param bound by the name of a version, as a binding
 * @param numbers which versions those are
 */
record HeadGroup(
    HeadRef head, List<Reference> bare, List<Reference> bound, List<VersionNumber> numbers) {

  static HeadGroup of(HeadRef head) {
    return new HeadGroup(head, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  /** One reference more; empty for one that names the head. */
  void add(Reference reference, Optional<Bound> binding) {
    if (binding.isEmpty()) {
      bare.add(reference);
    } else {
      bound.add(reference);
      numbers.add(binding.get().number());
    }
  }

  List<Reference> all() {
    List<Reference> all = new ArrayList<>(bare);
    all.addAll(bound);
    return all;
  }

  boolean isOnlyBound() {
    return bare.isEmpty();
  }

  /** Whether pods start without any of it. */
  boolean isOptional() {
    return all().stream().allMatch(Reference::optional);
  }

  /** Whether pods can start with what this head holds. */
  boolean hasKeysIn(Resolution.OfHead current) {
    return hasKeysIn(current, all());
  }

  /** Whether all that these need is there. */
  static boolean hasKeysIn(Resolution.OfHead current, List<Reference> references) {
    return references.stream()
        .filter(reference -> !reference.optional())
        .flatMap(reference -> reference.keys().stream())
        .allMatch(current.content()::hasKey);
  }
}
