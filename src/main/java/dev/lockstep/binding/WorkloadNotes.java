package dev.lockstep.binding;

import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Warnings;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The annotations of a workload that tell how it stands to its heads. What a request brings of them
 * is computed anew: kubectl's undo brings those that a revision had.
 */
final class WorkloadNotes {
  private static final int MOST_MOVES = 3;

  private final WorkloadAdmissionRequest review;
  private final RequestedChange change;
  private final ReferenceResolver meanings;
  private final Map<String, Optional<String>> notes = new TreeMap<>();

  WorkloadNotes(
      WorkloadAdmissionRequest review, RequestedChange change, ReferenceResolver meanings) {
    this.review = review;
    this.change = change;
    this.meanings = meanings;
  }

  /**
   * @param changes whether the template is another one then
   */
  Map<String, Optional<String>> of(Bindings bindings, SortedSet<HeadRef> waiting, boolean changes) {
    notes.put(Annotations.HELD, held(bindings).annotation());
    Optional<String> awaited = waiting(bindings, waiting);
    notes.put(Annotations.WAITING, awaited);
    notes.put(Annotations.REBIND, Optional.empty());
    notes.put(Annotations.BASELINE, Optional.empty());
    notes.put(Annotations.IN_BETWEEN, Optional.empty());
    notes.put(Annotations.STEPPED_BACK, Optional.empty());
    if (change.returns()) {
      notes.put(
          Annotations.BARE_WRITES,
          review
              .oldObject()
              .flatMap(old -> KubernetesJson.annotation(old, Annotations.BARE_WRITES)));
      forgetRelease();
    } else {
      release(bindings, awaited, changes);
    }
    return notes;
  }

  private void forgetRelease() {
    notes.put(Annotations.RELEASED, Optional.empty());
    notes.put(Annotations.WINDOW_MOVES, Optional.empty());
    notes.put(Annotations.RELEASE_HEADS, Optional.empty());
  }

  /** Heads that keep the workload where a rollback, or a restore, has brought it. */
  private Bindings held(Bindings bindings) {
    boolean holds = change.returns() || change.isHeld() || review.isCreate();
    return holds && review.kind().revisions().isPresent()
        ? bindings.without(
            (head, number) -> meanings.isCurrent(head, number) || meanings.followsAlways(head))
        : Bindings.NONE;
  }

  /** A template that can't change can't be bound later: nobody has to come back to it. */
  private Optional<String> waiting(Bindings bindings, SortedSet<HeadRef> waiting) {
    if (review.kind().isImmutable()) {
      return Optional.empty();
    }
    review
        .oldObject()
        .flatMap(old -> KubernetesJson.annotation(old, Annotations.WAITING))
        .map(HeadRef::parseList)
        .filter(before -> change.unchanged())
        .ifPresent(
            before ->
                before.stream()
                    .filter(head -> bindings.of(head).isPresent())
                    .filter(head -> bindings.of(head).equals(persisted().of(head)))
                    .forEach(waiting::add));
    return waiting.isEmpty() ? Optional.empty() : Optional.of(HeadRef.list(waiting));
  }

  private Bindings persisted() {
    return review.oldTemplate().map(Bindings::of).orElse(Bindings.NONE);
  }

  /**
   * What configuration of the same user belongs to, if it comes soon; a dry run releases none, and
   * where nothing is bound and nothing is waited for there is nothing that could belong to it. An
   * image that comes without a manager's name may be that of a revision which comes back.
   */
  private void release(Bindings bindings, Optional<String> awaited, boolean changes) {
    if (bindings.versions().isEmpty() && awaited.isEmpty()) {
      forgetRelease();
      return;
    }
    boolean releases =
        changes
            && !review.dryRun()
            && review.kind().revisions().isPresent()
            && (review.isCreate() || review.isApply() || review.isTyped() && review.hasNewImage());
    if (releases) {
      notes.put(Annotations.RELEASED, Optional.of(review.time() + " " + review.user()));
      notes.put(Annotations.WINDOW_MOVES, Optional.empty());
      notes.put(Annotations.RELEASE_HEADS, list(review.isCreate() ? none() : moved(bindings)));
    } else if (changes && change.rebind().isPresent()) {
      RebindIntent.Reason reason = change.rebind().get().reason();
      if (reason == RebindIntent.Reason.WINDOW) {
        notes.put(Annotations.WINDOW_MOVES, Optional.of(String.valueOf(moves() + 1)));
      }
      if (reason == RebindIntent.Reason.WINDOW || reason == RebindIntent.Reason.ARRIVED) {
        SortedSet<HeadRef> brought = moved(bindings);
        review
            .oldObject()
            .flatMap(old -> KubernetesJson.annotation(old, Annotations.RELEASE_HEADS))
            .map(HeadRef::parseList)
            .ifPresent(brought::addAll);
        notes.put(Annotations.RELEASE_HEADS, list(brought));
      }
    }
  }

  /** Heads that the template is bound to another version of than before. */
  private SortedSet<HeadRef> moved(Bindings bindings) {
    SortedSet<HeadRef> moved = none();
    Bindings before = persisted();
    bindings
        .versions()
        .forEach(
            (head, number) -> {
              if (!before.of(head).equals(Optional.of(number))) {
                moved.add(head);
              }
            });
    return moved;
  }

  private static SortedSet<HeadRef> none() {
    return new TreeSet<>();
  }

  private static Optional<String> list(SortedSet<HeadRef> heads) {
    return heads.isEmpty() ? Optional.empty() : Optional.of(HeadRef.list(heads));
  }

  private int moves() {
    return review
        .oldObject()
        .flatMap(old -> KubernetesJson.annotation(old, Annotations.WINDOW_MOVES))
        .filter(text -> text.matches("[0-9]"))
        .map(text -> Math.min(Integer.parseInt(text), MOST_MOVES - 1))
        .orElse(0);
  }

  /** What a rollback means from now on, and the way out of it. */
  Optional<String> warning() {
    Optional<String> held = notes.getOrDefault(Annotations.HELD, Optional.empty());
    if (held.isEmpty() || change.isHeld()) {
      return Optional.empty();
    }
    String what =
        review.isCreate()
            ? "names older config, and is held"
            : "has older config again, and is held";
    return Optional.of(
        Warnings.warning(
            review.kind().kind(),
            review.name(),
            what,
            "apply, or annotate " + Annotations.REBIND + "= to go on"));
  }
}
