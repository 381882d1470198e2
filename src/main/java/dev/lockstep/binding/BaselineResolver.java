package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What the bare references of a revision from before opt-in meant, when an undo brings it back.
 *
 * <p>kubectl's undo of a Deployment copies the ReplicaSet's annotations to it, in the same request.
 * That of a StatefulSet or DaemonSet brings the template alone, so the ControllerRevision with just
 * that template is looked for; a request which may be an apply means what is current.
 */
public final class BaselineResolver {
  private final RevisionHistory revisions;

  BaselineResolver(RevisionHistory revisions) {
    this.revisions = revisions;
  }

  Bindings of(WorkloadAdmissionRequest review) {
    Optional<WorkloadKind.Revisions> kept = review.kind().revisions();
    if (review.oldObject().isEmpty() || kept.isEmpty()) {
      return Bindings.NONE;
    }
    if (!kept.get().equals(WorkloadKind.CONTROLLER_REVISIONS)) {
      return KubernetesJson.annotation(review.object(), Annotations.BASELINE)
          .filter(baseline -> isBrought(baseline, review))
          .map(Bindings::parse)
          .orElse(Bindings.NONE);
    }
    if (review.mayBeAnApply()) {
      return Bindings.NONE;
    }
    return revisions.of(review).stream()
        .filter(revision -> isTemplateOf(revision, review))
        .map(RevisionHistory.Revision::baseline)
        .filter(baseline -> !baseline.versions().isEmpty())
        .findFirst()
        .orElse(Bindings.NONE);
  }

  /**
   * Whether this request brings it. An undo while Lockstep was away has left it on the workload: an
   * apply after that means what is current.
   */
  private static boolean isBrought(String baseline, WorkloadAdmissionRequest review) {
    return !review.mayBeAnApply()
        || review
            .oldObject()
            .flatMap(old -> KubernetesJson.annotation(old, Annotations.BASELINE))
            .filter(baseline::equals)
            .isEmpty();
  }

  private static boolean isTemplateOf(
      RevisionHistory.Revision revision, WorkloadAdmissionRequest review) {
    // A ControllerRevision's template says what to do with the rest: "$patch": "replace".
    JsonNode template = revision.template().deepCopy();
    if (template instanceof ObjectNode object) {
      object.remove("$patch");
    }
    return template.equals(review.template());
  }

  /**
   * What is to be noted on a revision, where heads may have moved on since it was made.
   *
   * @param current the heads of its namespace
   * @param beginnings asked for only if there is something to note
   */
  public static Optional<Bindings> toNote(
      RevisionHistory.Revision revision,
      Map<HeadRef, VersionNumber> current,
      Supplier<OldestVersions> beginnings) {
    return toNote(revision, current)
        .flatMap(now -> toNote(revision, beginnings.get().meaningIn(revision, current)));
  }

  /**
   * What is to be noted on a revision: what it has, and what its bare references mean now; empty if
   * there is nothing new.
   *
   * @param current the heads of its namespace
   */
  public static Optional<Bindings> toNote(
      RevisionHistory.Revision revision, Map<HeadRef, VersionNumber> current) {
    SortedMap<HeadRef, VersionNumber> noted = new TreeMap<>(revision.baseline().versions());
    for (Reference reference : Reference.in(revision.template())) {
      VersionNumber number = current.get(reference.named());
      if (number != null) {
        noted.putIfAbsent(reference.named(), number);
      }
    }
    return noted.size() == revision.baseline().versions().size()
        ? Optional.empty()
        : Optional.of(new Bindings(noted));
  }
}
