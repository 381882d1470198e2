package dev.lockstep.binding;

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
 * What the bare references of a revision meant: it is noted on the revision while the heads still
 * tell, and used when the revision comes back.
 */
public final class BaselineResolver {
  private BaselineResolver() {}

  /**
   * What they meant in the revision that a request brings back. kubectl's undo of a Deployment
   * copies the ReplicaSet's annotations to it in the same request.
   */
  static Bindings of(RevisionHistory.Revision revision, WorkloadAdmissionRequest review) {
    return revision.baseline().versions().isEmpty()
        ? KubernetesJson.annotation(review.object(), Annotations.BASELINE)
            .map(Bindings::parse)
            .orElse(Bindings.NONE)
        : revision.baseline();
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
