package dev.lockstep.binding;

import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Resolution;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a binding from a pin: both are names of versions, but only what Lockstep wrote moves on.
 *
 * <p>A version's name is a binding if the persisted template says so, or one of the workload's
 * revisions, or what the request itself says agrees with it in a manifest that was exported.
 */
final class ReferenceClassifier {

  /**
   * A reference to the version of a head that Lockstep bound it to.
   *
   * @param number which version
   */
  record Bound(HeadRef head, VersionNumber number) {
    HeadRef version() {
      return head.version(number);
    }
  }

  private final WorkloadAdmissionRequest review;
  private final TemplateState persisted;
  private final TemplateState requested;
  private final ReferenceResolver meanings;
  private final RevisionMatcher revisions;

  ReferenceClassifier(
      WorkloadAdmissionRequest review,
      TemplateState persisted,
      TemplateState requested,
      ReferenceResolver meanings,
      RevisionMatcher revisions) {
    this.review = review;
    this.persisted = persisted;
    this.requested = requested;
    this.meanings = meanings;
    this.revisions = revisions;
  }

  /** Asks for all names at once; what is asked for later is there then, or rare. */
  void lookUp(List<Reference> references) {
    Set<HeadRef> needed = new LinkedHashSet<>();
    for (Reference reference : references) {
      Optional<HeadRef> head = persisted.headOf(reference.named());
      if (head.isEmpty() || !isAsBefore(reference)) {
        needed.add(reference.named());
      }
      head.or(() -> requested.headOf(reference.named())).ifPresent(needed::add);
    }
    meanings.lookUp(needed);
  }

  /** Whether the persisted template is bound to just this, and needs every key of it. */
  boolean isAsBefore(Reference reference) {
    return persisted.headOf(reference.named()).isPresent()
        && persisted.keysOf(reference.named()).containsAll(reference.keys());
  }

  /** What is bound to another version than the current one, as far as the templates tell. */
  boolean isAnythingOlder(List<Reference> references) {
    return references.stream()
        .flatMap(reference -> named(reference).stream())
        .filter(bound -> !isPersistedPin(bound))
        .anyMatch(bound -> !meanings.isCurrent(bound.head(), bound.number()));
  }

  /** Whether some version's name is no binding by the request's own note, but may be one yet. */
  boolean isAnyNotNoted(List<Reference> references) {
    return references.stream()
        .flatMap(reference -> named(reference).stream())
        .anyMatch(bound -> !isSaid(requested.bound(), bound) && !isPersistedPin(bound));
  }

  /**
   * @param returning what the template is bound to that the request brings back, if it does
   */
  Optional<Bound> bound(Reference reference, Optional<Bindings> returning) {
    return named(reference)
        .filter(bound -> returning.map(r -> isSaid(r, bound)).orElseGet(() -> isBinding(bound)));
  }

  private static Optional<Bound> named(Reference reference) {
    return VersionName.parse(reference.named().name())
        .map(name -> new Bound(new HeadRef(reference.named().kind(), name.head()), name.number()));
  }

  private static boolean isSaid(Bindings bindings, Bound bound) {
    return bindings.of(bound.head()).filter(bound.number()::equals).isPresent();
  }

  private boolean isPersistedPin(Bound bound) {
    return persisted.names(bound.version()) && !isSaid(persisted.bound(), bound);
  }

  private boolean isBinding(Bound bound) {
    // Both fields agree: an exported manifest, a restore, or this very admission, asked again.
    boolean isSaid = isSaid(requested.bound(), bound);
    boolean isPin =
        review.isApply() && review.isNamedByManifest(bound.version().name())
            || review.isReplaced() && !isSaid;
    if (isPin) {
      return false;
    }
    if (isSaid(persisted.bound(), bound)) {
      return true;
    }
    return (isSaid || !isPersistedPin(bound) && mayComeFromARevision(bound))
        && !isOrdinary(bound.version());
  }

  private boolean mayComeFromARevision(Bound bound) {
    return !review.isApply()
        && !review.isTyped()
        && revisions.anyIsBoundTo(bound.head(), bound.number());
  }

  /** An object that only has a version's name makes no binding, whoever says so. */
  private boolean isOrdinary(HeadRef version) {
    Resolution meaning = meanings.of(version);
    return meaning instanceof Resolution.OfHead || meaning instanceof Resolution.Unversioned;
  }
}
