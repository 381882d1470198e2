package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.revision.InBetweenRevisions;
import dev.lockstep.controller.revision.RevisionNumbers;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps what a rollback holds. The note stands on the workload, where a tool that writes whole
 * objects loses it, so its revision has it as well; and it goes when all that the workload is bound
 * to is current again.
 */
final class HeldNotes {
  private final WorkloadRepository workloads;
  private final RevisionRepository revisions;
  private final WorkloadEvents events;

  HeldNotes(WorkloadRepository workloads, RevisionRepository revisions, WorkloadEvents events) {
    this.workloads = workloads;
    this.revisions = revisions;
    this.events = events;
  }

  /** The revisions of one namespace, asked for once in a look, and only if somebody needs them. */
  final class Index {
    private final String namespace;
    private final Map<WorkloadKind.Revisions, List<JsonNode>> known = new HashMap<>();

    private Index(String namespace) {
      this.namespace = namespace;
    }

    private Optional<JsonNode> current(WorkloadState workload) {
      WorkloadKind.Revisions kept = workload.kind().revisions().orElseThrow();
      return RevisionNumbers.current(
          kept,
          known.computeIfAbsent(kept, kind -> revisions.numbered(kind, namespace)).stream()
              .filter(revision -> RevisionNumbers.isOwnedBy(revision, workload.uid()))
              .toList());
    }
  }

  Index of(String namespace) {
    return new Index(namespace);
  }

  /**
   * Brings workload and revision to say the same.
   *
   * @param takenIn since when its namespace is opted in and the webhooks are there
   * @return whether something was written, so that the workload is to be read again
   */
  boolean reconcile(
      WorkloadState workload, Map<HeadRef, CurrentHead> heads, Instant takenIn, Index index) {
    Set<HeadRef> notCurrent = workload.notCurrent(heads);
    if (workload.isHeld()) {
      if (workload.bound().versions().keySet().stream().allMatch(heads::containsKey)
          && notCurrent.isEmpty()) {
        note(workload, index, Optional.empty());
        return write(workload, Optional.empty());
      }
      note(workload, index, KubernetesJson.annotation(workload.object(), Annotations.HELD));
      return false;
    }
    if (notCurrent.isEmpty()) {
      return false;
    }
    Optional<String> lost = lost(workload, heads, index);
    if (lost.isPresent()) {
      return write(workload, lost);
    }
    if (wasBroughtBackUnseen(workload, notCurrent, heads, takenIn)) {
      events.heldBack(workload, notCurrent);
      return write(workload, Optional.of(annotation(workload, notCurrent)));
    }
    return false;
  }

  private static String annotation(WorkloadState workload, Set<HeadRef> heads) {
    SortedMap<HeadRef, VersionNumber> held = new TreeMap<>(workload.bound().versions());
    held.keySet().retainAll(heads);
    return new Bindings(held).toString();
  }

  /**
   * What its revision says and the workload does not. A release takes the note off, too, and says
   * that it was one; what a former stay on this revision left there doesn't count then.
   */
  private static Optional<String> lost(
      WorkloadState workload, Map<HeadRef, CurrentHead> heads, Index index) {
    if (workload.release().isPresent() || !isKept(workload)) {
      return Optional.empty();
    }
    return index
        .current(workload)
        .flatMap(revision -> KubernetesJson.annotation(revision, Annotations.HELD))
        .filter(value -> isTrue(Bindings.parse(value), workload, heads));
  }

  private static boolean isTrue(
      Bindings held, WorkloadState workload, Map<HeadRef, CurrentHead> heads) {
    return !held.versions().isEmpty()
        && held.versions().entrySet().stream()
            .allMatch(
                entry ->
                    workload
                        .bound()
                        .of(entry.getKey())
                        .filter(entry.getValue()::equals)
                        .isPresent())
        && held.versions().entrySet().stream()
            .anyMatch(
                entry ->
                    !Optional.ofNullable(heads.get(entry.getKey()))
                        .map(CurrentHead::number)
                        .filter(entry.getValue()::equals)
                        .isPresent());
  }

  /**
   * Its admission binds to what is current, or notes that it does not: so what is behind heads that
   * have not changed since was written while nobody looked.
   */
  private static boolean wasBroughtBackUnseen(
      WorkloadState workload,
      Set<HeadRef> notCurrent,
      Map<HeadRef, CurrentHead> heads,
      Instant takenIn) {
    return !workload.followsAtOnce()
        && workload.release().filter(release -> release.time().isAfter(takenIn)).isEmpty()
        && notCurrent.stream()
            .allMatch(
                head ->
                    CurrentHead.in(heads, head)
                        .changed()
                        .filter(time -> !time.isAfter(takenIn))
                        .isPresent());
  }

  private void note(WorkloadState workload, Index index, Optional<String> held) {
    if (isKept(workload) && workload.isSeen()) {
      index
          .current(workload)
          .filter(revision -> !KubernetesJson.annotation(revision, Annotations.HELD).equals(held))
          .ifPresent(
              revision ->
                  revisions.annotate(
                      workload.kind().revisions().orElseThrow(),
                      revision,
                      Map.of(Annotations.HELD, held)));
    }
  }

  private static boolean isKept(WorkloadState workload) {
    return InBetweenRevisions.isFor(workload.kind());
  }

  private boolean write(WorkloadState workload, Optional<String> held) {
    return workloads.annotate(workload.kind(), workload.object(), Map.of(Annotations.HELD, held));
  }
}
