package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedFields;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a persisted workload says of itself.
 *
 * @param object in full
 * @param bound what its template is bound to
 * @param held what a rollback left on older versions; while there is something, all of it is held
 * @param waiting required references that named nothing when it was admitted
 * @param bare all that its template names as it is
 * @param unseen bare names that {@code lockstep.dev/bindings} says to be bound: their template was
 *     written while no webhook answered
 * @param release its last one, where that is noted
 * @param windowMoves how often it was moved within the window of that
 */
record WorkloadState(
    WorkloadKind kind,
    JsonNode object,
    Bindings bound,
    Bindings held,
    SortedSet<HeadRef> waiting,
    SortedSet<HeadRef> bare,
    SortedSet<HeadRef> unseen,
    Optional<Release> release,
    int windowMoves) {

  static WorkloadState of(WorkloadKind kind, JsonNode object) {
    JsonNode template = object.at(kind.template());
    Bindings bound = Bindings.of(template);
    SortedSet<HeadRef> bare =
        Reference.in(template).stream()
            .map(Reference::named)
            .filter(HeadRef::isValid)
            .collect(Collectors.toCollection(TreeSet::new));
    bound.versions().forEach((head, number) -> bare.remove(head.version(number)));
    SortedSet<HeadRef> unseen = new TreeSet<>(bindings(template, Annotations.BINDINGS).heads());
    unseen.retainAll(bare);
    return new WorkloadState(
        kind,
        object,
        bound,
        bindings(object, Annotations.HELD).bindings(),
        KubernetesJson.annotation(object, Annotations.WAITING)
            .map(HeadRef::parseList)
            .orElseGet(TreeSet::new),
        bare,
        unseen,
        KubernetesJson.annotation(object, Annotations.RELEASED).flatMap(Release::parse),
        number(object));
  }

  /**
   * The same, given when its namespace was labelled. What was written before that was meant to be
   * bare, and to opt in starts no pods anew.
   */
  WorkloadState optedIn(Instant labelled) {
    return unseen.isEmpty() || written().filter(time -> !time.isAfter(labelled)).isEmpty()
        ? this
        : new WorkloadState(
            kind, object, bound, held, waiting, bare, new TreeSet<>(), release, windowMoves);
  }

  /** What an annotation says, whether or not it is so. */
  private record Said(Bindings bindings) {
    SortedSet<HeadRef> heads() {
      return new TreeSet<>(bindings.versions().keySet());
    }
  }

  private static Said bindings(JsonNode object, String annotation) {
    return new Said(
        KubernetesJson.annotation(object, annotation).map(Bindings::parse).orElse(Bindings.NONE));
  }

  private static int number(JsonNode object) {
    try {
      return KubernetesJson.annotation(object, Annotations.WINDOW_MOVES)
          .map(Integer::parseInt)
          .orElse(0);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Heads that its release has brought a new version of. */
  SortedSet<HeadRef> releaseHeads() {
    return KubernetesJson.annotation(object, Annotations.RELEASE_HEADS)
        .map(HeadRef::parseList)
        .orElseGet(TreeSet::new);
  }

  /** Whether its release made it. */
  boolean isFirstRelease() {
    return release.isPresent()
        && KubernetesJson.created(object)
            .filter(created -> !release.get().time().isAfter(created.plusSeconds(1)))
            .isPresent();
  }

  String name() {
    return KubernetesJson.name(object);
  }

  String namespace() {
    return object.at("/metadata/namespace").asText();
  }

  String uid() {
    return object.at("/metadata/uid").asText();
  }

  boolean isHeld() {
    return KubernetesJson.annotation(object, Annotations.HELD)
        .filter(value -> !value.isEmpty())
        .isPresent();
  }

  /** Its writer insisted on bare names. */
  boolean isSteppedBack() {
    return KubernetesJson.annotation(object, Annotations.STEPPED_BACK).isPresent();
  }

  /** Heads that it is bound to another version of than the current one. */
  SortedSet<HeadRef> notCurrent(Map<HeadRef, CurrentHead> heads) {
    SortedSet<HeadRef> notCurrent = new TreeSet<>();
    bound
        .versions()
        .forEach(
            (head, number) -> {
              CurrentHead current = heads.get(head);
              if (current != null && !current.number().equals(number)) {
                notCurrent.add(head);
              }
            });
    return notCurrent;
  }

  /** The same, without those that a rollback keeps there. */
  SortedSet<HeadRef> behind(Map<HeadRef, CurrentHead> heads) {
    SortedSet<HeadRef> behind = notCurrent(heads);
    if (isHeld()) {
      behind.removeIf(head -> !CurrentHead.in(heads, head).followsWhenHeld());
    }
    return behind;
  }

  /** What it waited for and can be bound to now. */
  SortedSet<HeadRef> arrived(Map<HeadRef, CurrentHead> heads) {
    SortedSet<HeadRef> arrived = new TreeSet<>(waiting);
    arrived.addAll(unseen);
    arrived.retainAll(heads.keySet());
    // It waits for a key there.
    arrived.removeIf(
        head -> bound.of(head).filter(CurrentHead.in(heads, head).number()::equals).isPresent());
    return arrived;
  }

  /** Heads that its template names as they are. */
  SortedSet<HeadRef> bareHeads(Map<HeadRef, CurrentHead> heads) {
    SortedSet<HeadRef> named = new TreeSet<>(bare);
    named.retainAll(heads.keySet());
    return named;
  }

  /** Its kind keeps no revisions that an undo could bring back, or it runs no pods now. */
  boolean followsAtOnce() {
    return kind.followsAtOnce(object) || !isSeen();
  }

  boolean isPaused() {
    return object.at("/spec/paused").asBoolean(false);
  }

  /** Whether its controller has made a revision of its template, as far as it says. */
  boolean isSeen() {
    JsonNode seen = object.at("/status/observedGeneration");
    return !seen.isNumber() || seen.asLong() >= object.at("/metadata/generation").asLong();
  }

  /** When its template was written last, at the latest. */
  Optional<Instant> written() {
    return ManagedFields.newest(object, fields -> !fields.findPath("f:template").isMissingNode())
        .or(() -> KubernetesJson.created(object));
  }
}
