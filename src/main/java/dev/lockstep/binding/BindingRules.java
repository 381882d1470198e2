package dev.lockstep.binding;

import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Resolution;
import java.util.Optional;

/**
 * Which version each head of a template gets. The rules stand in the order in which they are asked;
 * the first that knows an answer decides.
 */
final class BindingRules {
  private final WorkloadAdmissionRequest review;
  private final RequestedChange change;
  private final TemplateState persisted;
  private final ReferenceResolver meanings;
  private final CurrentConfiguration current;

  BindingRules(
      WorkloadAdmissionRequest review,
      RequestedChange change,
      TemplateState persisted,
      ReferenceResolver meanings) {
    this.review = review;
    this.change = change;
    this.persisted = persisted;
    this.meanings = meanings;
    this.current = new CurrentConfiguration(persisted, meanings);
  }

  BindingDecision decide(HeadGroup group) {
    return created(group)
        .or(() -> broughtBack(group))
        .or(() -> rebound(group))
        .or(() -> held(group))
        .or(() -> unchanged(group))
        .or(() -> pinned(group))
        .orElseGet(() -> newRevision(group));
  }

  /** A restore or a migration brings bindings along; what they name may not have come. */
  private Optional<BindingDecision> created(HeadGroup group) {
    boolean isOurs = review.kind().revisions().isPresent() || review.kind().isImmutable();
    return review.isCreate() && isOurs && group.isOnlyBound()
        ? Optional.of(group.numbers().get(0))
            .filter(number -> meanings.isVersion(group.head().version(number)))
            .map(number -> named(group.head(), number))
        : Optional.empty();
  }

  /** A revision that comes back gets what it had. */
  private Optional<BindingDecision> broughtBack(HeadGroup group) {
    HeadRef head = group.head();
    if (!change.returns()) {
      return Optional.empty();
    }
    if (meanings.followsAlways(head)) {
      return Optional.of(newRevision(group));
    }
    Optional<VersionNumber> had =
        change
            .hadBound(head)
            .or(() -> group.numbers().stream().findFirst())
            .or(() -> baseline(head).filter(number -> meanings.isVersion(head.version(number))));
    if (had.isPresent()) {
      return had.map(number -> named(head, number));
    }
    if (group.isOptional()) {
      // It may have run without: the template stays that of the revision.
      return Optional.of(BindingDecision.bare());
    }
    BindingDecision now = newRevision(group);
    return Optional.of(
        now.number()
            .map(
                number ->
                    now.warning(
                        CurrentConfiguration.warning(
                            head, "what it held then is not known", number + " is current")))
            .orElse(now));
  }

  private Optional<VersionNumber> baseline(HeadRef head) {
    return change.back().flatMap(revision -> BaselineResolver.of(revision, review).of(head));
  }

  /** Whether the revision that comes back says what a bare name meant, whatever it means now. */
  boolean isKnownOfOld(HeadRef name) {
    return baseline(name).isPresent();
  }

  /** What asks for the current version gets it; what Lockstep asks for, only where it may. */
  private Optional<BindingDecision> rebound(HeadGroup group) {
    Optional<RebindIntent> rebind = change.rebind().filter(r -> r.includes(group.head()));
    if (rebind.isEmpty()) {
      return Optional.empty();
    }
    if (!rebind.get().reason().isByHand()) {
      boolean isNew = rebind.get().reason() == RebindIntent.Reason.ARRIVED && !group.isOnlyBound();
      boolean stays = (change.isHeld() || change.pinned()) && !isNew;
      if (stays || lacksKeys(group)) {
        return Optional.empty();
      }
    }
    return Optional.of(newRevision(group));
  }

  private boolean lacksKeys(HeadGroup group) {
    return meanings.of(group.head()) instanceof Resolution.OfHead current
        && !group.hasKeysIn(current);
  }

  /** After a rollback nothing moves by itself, and nothing by a restart. */
  private Optional<BindingDecision> held(HeadGroup group) {
    HeadRef head = group.head();
    if (!change.isHeld() || meanings.followsAlways(head)) {
      return Optional.empty();
    }
    return moved(group)
        .or(
            () ->
                persisted
                    .bound()
                    .of(head)
                    .map(
                        number ->
                            change.unchanged() || meanings.isCurrent(head, number)
                                ? named(head, number)
                                : BindingDecision.to(number)
                                    .warning(
                                        CurrentConfiguration.warning(
                                            head,
                                            "stays at " + number + " after an undo",
                                            "apply, or annotate "
                                                + Annotations.REBIND
                                                + "= to move it"))));
  }

  /** Named as this very admission left it, when the API server asks again. */
  private Optional<BindingDecision> moved(HeadGroup group) {
    return group.numbers().stream()
        .filter(number -> !persisted.bound().of(group.head()).equals(Optional.of(number)))
        .filter(number -> meanings.isCurrent(group.head(), number))
        .findFirst()
        .map(BindingDecision::current);
  }

  /** A version that is named, with what is looked at if it is the current one. */
  private BindingDecision named(HeadRef head, VersionNumber number) {
    return meanings.isCurrent(head, number)
        ? BindingDecision.current(number)
        : BindingDecision.to(number);
  }

  /** No new revision is asked for: what is bound stays, and only bare names are bound. */
  private Optional<BindingDecision> unchanged(HeadGroup group) {
    if (!change.unchanged()) {
      return Optional.empty();
    }
    if (group.isOnlyBound()) {
      return moved(group)
          .or(() -> persisted.bound().of(group.head()).map(number -> kept(group, number)))
          .or(() -> group.numbers().stream().findFirst().map(BindingDecision::to));
    }
    return isLeftBare(group) ? Optional.of(BindingDecision.bare()) : Optional.empty();
  }

  /** An apply is told what pods will miss of it, however its names are written. */
  private BindingDecision kept(HeadGroup group, VersionNumber number) {
    return review.isApply() ? named(group.head(), number) : BindingDecision.to(number);
  }

  /** Whether pods run without it: that it came meanwhile is no reason to start them anew. */
  boolean isLeftBare(HeadGroup group) {
    return change.unchanged()
        && change.rebind().filter(r -> r.includes(group.head())).isEmpty()
        && !group.isOnlyBound()
        && group.isOptional()
        && group.all().stream()
            .allMatch(r -> persisted.at(r.place()).filter(r.named()::equals).isPresent());
  }

  /** Only an apply moves it, however its names are written. */
  private Optional<BindingDecision> pinned(HeadGroup group) {
    if (!change.pinned() || review.isApply()) {
      return Optional.empty();
    }
    return moved(group)
        .or(
            () ->
                stayingAt(group)
                    .map(
                        number ->
                            named(group.head(), number)
                                .warning(
                                    CurrentConfiguration.warning(
                                        group.head(),
                                        "stays, the workload is pinned",
                                        "apply to move it"))));
  }

  /** A bare name is the way out where the version that is bound is gone. */
  private Optional<VersionNumber> stayingAt(HeadGroup group) {
    HeadRef head = group.head();
    Optional<VersionNumber> bound = persisted.bound().of(head);
    return group.isOnlyBound()
        ? bound.or(() -> group.numbers().stream().findFirst())
        : bound.filter(number -> meanings.isVersion(head.version(number)));
  }

  /** A new revision gets the current configuration. */
  BindingDecision newRevision(HeadGroup group) {
    return current.of(group);
  }
}
