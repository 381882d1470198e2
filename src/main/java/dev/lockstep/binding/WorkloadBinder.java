package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.binding.BindingDecision.ToCurrent;
import dev.lockstep.binding.BindingDecision.ToHead;
import dev.lockstep.binding.BindingDecision.ToMissing;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.Resolution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Names what {@link BindingRules} decides, and notes what pods will miss. */
final class WorkloadBinder {
  private final WorkloadAdmissionRequest review;
  private final List<Reference> references;
  private final RequestedChange change;
  private final TemplateState persisted;
  private final ReferenceResolver meanings;
  private final ReferenceClassifier classifier;
  private final BindingRules rules;
  private final MissingReferenceReporter missing;
  private final Set<String> warnings;

  private final SortedMap<HeadRef, HeadGroup> groups = new TreeMap<>();
  private final Map<JsonPointer, String> names = new LinkedHashMap<>();
  private final SortedMap<HeadRef, VersionNumber> bindings = new TreeMap<>();
  private final SortedSet<HeadRef> waiting = new TreeSet<>();

  WorkloadBinder(
      WorkloadAdmissionRequest review,
      List<Reference> references,
      RequestedChange change,
      TemplateState persisted,
      ReferenceResolver meanings,
      ReferenceClassifier classifier,
      MissingReferenceReporter missing,
      Set<String> warnings) {
    this.review = review;
    this.references = references;
    this.change = change;
    this.persisted = persisted;
    this.meanings = meanings;
    this.classifier = classifier;
    this.rules = new BindingRules(review, change, persisted, meanings);
    this.missing = missing;
    this.warnings = warnings;
  }

  /** New names by their place, what the template is bound to then, and what it waits for. */
  record Binding(Map<JsonPointer, String> names, Bindings bindings, SortedSet<HeadRef> waiting) {}

  /**
   * @param returning what the template is bound to that the request brings back, if it does
   */
  Binding bind(Optional<Bindings> returning) {
    references.forEach(reference -> sort(reference, returning));
    groups.values().stream().filter(g -> !rules.isLeftBare(g)).forEach(this::bind);
    boolean moves =
        bindings.entrySet().stream()
            .anyMatch(e -> !persisted.bound().of(e.getKey()).equals(Optional.of(e.getValue())));
    // What would not start pods anew by itself goes along where they are started anyway.
    groups.values().stream()
        .filter(rules::isLeftBare)
        .forEach(group -> apply(group, moves ? rules.newRevision(group) : BindingDecision.bare()));
    return new Binding(names, new Bindings(bindings), waiting);
  }

  private void sort(Reference reference, Optional<Bindings> returning) {
    HeadRef named = reference.named();
    Optional<ReferenceClassifier.Bound> bound = classifier.bound(reference, returning);
    if (bound.isPresent()) {
      group(bound.get().head()).add(reference, bound);
      return;
    }
    boolean keeps =
        persisted.bound().has(named) && (review.isOfImmutableTemplate() || change.isHeld());
    if (keeps) {
      group(named).add(reference, Optional.empty());
      return;
    }
    Resolution meaning = meanings.of(named);
    if (meaning instanceof Resolution.OfHead
        || meaning instanceof Resolution.Nothing
        || meaning instanceof Resolution.Unversioned && rules.isKnownOfOld(named)) {
      group(named).add(reference, Optional.empty());
    } else if (meaning instanceof Resolution.OfVersion pin) {
      missing.keys(reference, named, pin.version().content());
    } else if (meaning instanceof Resolution.Unversioned other) {
      missing.keys(reference, named, other.content());
      if (other.refusal().isPresent()) {
        warn(named, "was refused a version", "see its namespace's rules");
      } else if (persisted.bound().has(named)) {
        warn(named, "has no versions any more", "it is not bound from now on");
      }
    }
  }

  private HeadGroup group(HeadRef head) {
    return groups.computeIfAbsent(head, HeadGroup::of);
  }

  private void bind(HeadGroup group) {
    if (review.isOfImmutableTemplate() && wasNamed(group.head())) {
      persisted.bound().of(group.head()).ifPresent(number -> bindAsPersisted(group, number));
    } else {
      apply(group, rules.decide(group));
    }
  }

  /** Whether the persisted template names this head or a version that it bound it to. */
  private boolean wasNamed(HeadRef head) {
    return persisted.bound().has(head) || persisted.names(head);
  }

  /** Each place as it was; what was not there, an ephemeral container's, as the rest. */
  private void bindAsPersisted(HeadGroup group, VersionNumber number) {
    HeadRef version = group.head().version(number);
    List<Reference> bound =
        group.all().stream()
            .filter(r -> persisted.at(r.place()).orElse(version).equals(version))
            .toList();
    if (!bound.isEmpty()) {
      name(bound, version);
      bindings.put(group.head(), number);
    }
  }

  private void apply(HeadGroup group, BindingDecision decision) {
    HeadRef head = group.head();
    decision.warning().ifPresent(warnings::add);
    if (decision.target() instanceof ToHead) {
      name(group.all(), head);
    } else if (decision.target() instanceof ToMissing) {
      group.bare().forEach(missing::object);
      if (!group.isOptional()) {
        waiting.add(head);
      }
    } else {
      VersionNumber number = decision.number().orElseThrow();
      if (decision.target() instanceof ToCurrent) {
        checkCurrent(group, number);
      } else {
        group.bound().forEach(this::checkNamed);
      }
      name(group.all(), head.version(number));
      bindings.put(head, number);
    }
  }

  private void checkCurrent(HeadGroup group, VersionNumber number) {
    if (meanings.of(group.head()) instanceof Resolution.OfHead current) {
      group.all().forEach(r -> missing.keys(r, group.head(), current.content()));
      // One that names this version itself is no other from now on.
      List<Reference> all = new ArrayList<>(group.all());
      references.stream()
          .filter(r -> r.named().equals(group.head().version(number)))
          .forEach(all::add);
      if (!HeadGroup.hasKeysIn(current, all)) {
        waiting.add(group.head());
      }
    }
  }

  /** Whether the version that a binding names is there, with its keys. */
  private void checkNamed(Reference reference) {
    if (classifier.isAsBefore(reference)) {
      return;
    }
    Resolution meaning = meanings.of(reference.named());
    if (meaning instanceof Resolution.OfVersion named) {
      missing.keys(reference, reference.named(), named.version().content());
    } else if (meaning instanceof Resolution.Nothing) {
      missing.object(reference);
    }
  }

  private void name(List<Reference> references, HeadRef name) {
    for (Reference reference : references) {
      if (!reference.named().equals(name)) {
        names.put(reference.place(), name.name());
      }
    }
  }

  private void warn(HeadRef head, String what, String remedy) {
    warnings.add(Warnings.warning(head.kind().kind(), head.name(), what, remedy));
  }
}
