package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.binding.ReferenceClassifier.Bound;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Resolution;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tells what a request does: whether it brings a revision back, and whether it may move heads. */
final class ChangeReader {
  private final WorkloadAdmissionRequest review;
  private final TemplateState persisted;
  private final TemplateState requested;
  private final List<Reference> references;
  private final ReferenceResolver meanings;
  private final ReferenceClassifier classifier;
  private final RevisionMatcher revisions;

  ChangeReader(
      WorkloadAdmissionRequest review,
      TemplateState persisted,
      TemplateState requested,
      List<Reference> references,
      ReferenceResolver meanings,
      ReferenceClassifier classifier,
      RevisionMatcher revisions) {
    this.review = review;
    this.persisted = persisted;
    this.requested = requested;
    this.references = references;
    this.meanings = meanings;
    this.classifier = classifier;
    this.revisions = revisions;
  }

  /** The revision whose template the request brings, whatever it means. */
  Optional<Revision> broughtBack() {
    return !review.mayBringBack() || tellsNothing() || isSyncOfBareNames()
        ? Optional.empty()
        : revisions.broughtBack();
  }

  /** Whether all that it names is current, so that no revision has to be looked for. */
  private boolean tellsNothing() {
    return !classifier.isAnythingOlder(references)
        && references.stream().noneMatch(this::isBare)
        && !classifier.isAnyNotNoted(references);
  }

  /** What gets no versions (any more) may have had some in the revision that comes back. */
  private boolean isBare(Reference reference) {
    return !(meanings.of(reference.named()) instanceof Resolution.OfVersion);
  }

  /**
   * A program that writes what it has always written wants nothing back, though a revision from
   * before the names were bound looks just like that.
   */
  private boolean isSyncOfBareNames() {
    return review.mayBeAController()
        && KubernetesJson.annotation(review.object(), Annotations.BASELINE).isEmpty()
        && requested.withNames(Map.of()).equals(persisted.unbound());
  }

  RequestedChange read(Optional<Revision> brought, Optional<RebindIntent> rebind, boolean pinned) {
    Optional<Revision> back = brought.map(this::meantBy);
    Optional<Bindings> returning = returning(brought);
    boolean returns = returning.isPresent();
    Map<Reference, Bound> bound = new HashMap<>();
    references.forEach(r -> classifier.bound(r, returning).ifPresent(b -> bound.put(r, b)));
    boolean unchanged = !returns && !review.isCreate() && isUnchanged(bound);
    Set<HeadRef> held = returns ? Set.of() : held(bound, rebind);
    return new RequestedChange(returns, back, rebind, held, pinned, unchanged);
  }

  /** What the template is bound to that comes back; empty for a request that brings none back. */
  Optional<Bindings> returning(Optional<Revision> brought) {
    return brought
        .map(revision -> requested.bound().and(revision.bound()))
        .or(() -> isDone() ? Optional.of(requested.bound()) : Optional.empty());
  }

  /**
   * Whether this very admission has brought it back, and the API server asks again: the names of a
   * revision from before they were bound are others then.
   */
  private boolean isDone() {
    return review.mayBringBack()
        && !requested.bound().versions().isEmpty()
        && (isHeldAsBound() || isUnboundRevision());
  }

  private boolean isHeldAsBound() {
    Bindings held =
        KubernetesJson.annotation(review.object(), Annotations.HELD)
            .map(Bindings::parse)
            .orElse(Bindings.NONE);
    return !held.versions().isEmpty()
        && !held.without((head, n) -> persisted.bound().of(head).equals(Optional.of(n)))
            .versions()
            .isEmpty()
        && held.equals(requested.bound().without(this::isCurrent));
  }

  private boolean isUnboundRevision() {
    boolean isOther = !requested.unbound().equals(persisted.unbound()) || isNotedAnew();
    return isOther
        && !tellsNothing()
        && revisions.unbound(requested).anyMatch(this::isBoundAsItComesBack);
  }

  /** Whether its note is of these very names: who takes them from elsewhere brings it along. */
  private boolean isNotedAnew() {
    return requested.stated().equals(requested.bound())
        && !requested.stated().equals(persisted.stated());
  }

  private boolean isBoundAsItComesBack(Revision revision) {
    Bindings had = revision.bound();
    return requested.bound().versions().entrySet().stream()
        .allMatch(
            bound ->
                had.of(bound.getKey())
                    .map(bound.getValue()::equals)
                    .orElseGet(
                        () ->
                            revision
                                    .baseline()
                                    .of(bound.getKey())
                                    .equals(Optional.of(bound.getValue()))
                                || meanings
                                    .current(bound.getKey())
                                    .map(bound.getValue()::equals)
                                    .orElse(true)));
  }

  private boolean isCurrent(HeadRef head, VersionNumber number) {
    return meanings.isCurrent(head, number) || meanings.followsAlways(head);
  }

  private Revision meantBy(Revision revision) {
    return revisions
        .meantBy(revision)
        .orElseThrow(
            () ->
                new AdmissionDeniedException(
                    AdmissionDeniedException.INVALID,
                    "roll back",
                    review,
                    "no rollout history found for "
                        + review.kind().kind().toLowerCase(Locale.ROOT)
                        + " \""
                        + review.name()
                        + "\"",
                    "What came before it is the same release, not finished."));
  }

  private boolean isUnchanged(Map<Reference, Bound> bound) {
    Map<JsonPointer, String> heads = new HashMap<>();
    bound.forEach((reference, b) -> heads.put(reference.place(), b.head().name()));
    return requested.withNames(heads).equals(persisted.unbound());
  }

  /** The heads for which an earlier rollback holds the workload, if this does not end it. */
  private Set<HeadRef> held(Map<Reference, Bound> bound, Optional<RebindIntent> rebind) {
    boolean wasHeld =
        review
            .oldObject()
            .flatMap(old -> KubernetesJson.annotation(old, Annotations.HELD))
            .filter(value -> !value.isEmpty())
            .isPresent();
    boolean isAskedToMove =
        rebind.filter(r -> r.reason().isByHand() && r.heads().isEmpty()).isPresent();
    if (!wasHeld || isAskedToMove || review.hasNewImage() || review.kind().revisions().isEmpty()) {
      return Set.of();
    }
    Set<HeadRef> held = persisted.bound().without(this::isCurrent).versions().keySet();
    boolean ends =
        review.isApply() && held.stream().anyMatch(head -> isNamedAnew(head, bound))
            || isEnded(held);
    return ends ? Set.of() : held;
  }

  /**
   * Whether this very admission has ended it, and the API server asks again: all is where it comes
   * to then, and the note is gone, which nobody else takes off together with these names.
   */
  private boolean isEnded(Set<HeadRef> held) {
    return KubernetesJson.annotation(review.object(), Annotations.HELD).isEmpty()
        && held.stream().allMatch(this::isWhereItGoes);
  }

  private boolean isWhereItGoes(HeadRef head) {
    Optional<VersionNumber> number = requested.bound().of(head);
    if (number.isEmpty() && !requested.names(head) && !namesAsPersisted(head)) {
      return true;
    }
    Resolution meaning = meanings.of(head);
    return meaning instanceof Resolution.OfHead current
        ? number.filter(current.current()::equals).isPresent()
        : meaning instanceof Resolution.Unversioned
            ? requested.names(head)
            : number.isPresent() && number.equals(persisted.bound().of(head));
  }

  private boolean namesAsPersisted(HeadRef head) {
    return persisted.bound().of(head).filter(n -> requested.names(head.version(n))).isPresent();
  }

  private boolean isNamedAnew(HeadRef head, Map<Reference, Bound> bound) {
    return requested.names(head)
        || bound.values().stream()
            .anyMatch(
                b ->
                    b.head().equals(head)
                        && !persisted.bound().of(head).equals(Optional.of(b.number())));
  }
}
