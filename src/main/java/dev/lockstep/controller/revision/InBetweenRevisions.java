package dev.lockstep.controller.revision;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Revisions that nobody meant: a workload that waited for its configuration, or was released just
 * before it, leaves one behind when it is bound anew. {@code kubectl rollout undo} must go over it,
 * to what was released before.
 *
 * <p>It is marked before the workload is bound anew, so that whoever leads next finds it, and gets
 * the last number when a newer one has its own: earlier, the controller would number it again.
 */
public final class InBetweenRevisions {
  private static final Logger LOG = Logger.getLogger(InBetweenRevisions.class);

  private final RevisionRepository revisions;

  public InBetweenRevisions(RevisionRepository revisions) {
    this.revisions = revisions;
  }

  /** Only the built-in controllers' numbers are known. */
  public static boolean isFor(WorkloadKind kind) {
    return kind.isBuiltIn() && kind.revisions().isPresent();
  }

  /**
   * Marks the revision of a workload's template, if there is one already.
   *
   * @param reason why it is left
   */
  public void mark(WorkloadKind kind, JsonNode workload, String reason) {
    WorkloadKind.Revisions kept = kind.revisions().orElseThrow();
    RevisionNumbers.current(kept, objects(kind, workload))
        .ifPresent(
            revision ->
                revisions.annotate(
                    kept, revision, Map.of(Annotations.IN_BETWEEN, Optional.of(reason))));
  }

  /**
   * Gives each marked revision of a workload its last number, and takes the mark off the current
   * one: somebody has released it again, or the workload was not bound anew after all.
   *
   * @param isSeen whether the workload's controller has seen its template
   * @return what was superseded
   */
  public Settled settle(WorkloadKind kind, JsonNode workload, boolean isSeen) {
    WorkloadKind.Revisions kept = kind.revisions().orElseThrow();
    List<JsonNode> all = objects(kind, workload);
    Optional<JsonNode> current = RevisionNumbers.current(kept, all);
    Set<String> superseded = new HashSet<>();
    boolean isDone = true;
    for (JsonNode revision : all) {
      if (!RevisionNumbers.isInBetween(revision)) {
        continue;
      }
      if (!revision.equals(current.orElseThrow())) {
        superseded.add(KubernetesJson.name(revision));
        if (RevisionNumbers.of(kept, revision) != RevisionNumbers.last(kept)) {
          revisions.putLast(kept, revision);
          LOG.infof("revision %s: an undo goes over it", KubernetesJson.name(revision));
        }
      } else if (isSeen) {
        revisions.annotate(kept, revision, Map.of(Annotations.IN_BETWEEN, Optional.empty()));
      } else {
        isDone = false;
      }
    }
    return new Settled(isDone, superseded);
  }

  /**
   * @param isDone nothing is left to be numbered
   * @param superseded names of the marked revisions that a newer one follows
   */
  public record Settled(boolean isDone, Set<String> superseded) {}

  /** UIDs of the workloads that have a marked revision without its last number. */
  public Set<String> unsettled(WorkloadKind.Revisions kept, String namespace) {
    Set<String> owners = new HashSet<>();
    for (JsonNode revision : revisions.numbered(kept, namespace)) {
      if (RevisionNumbers.isInBetween(revision)
          && RevisionNumbers.of(kept, revision) != RevisionNumbers.last(kept)) {
        revision
            .path("metadata")
            .path("ownerReferences")
            .forEach(owner -> owners.add(owner.path("uid").asText()));
      }
    }
    return owners;
  }

  private List<JsonNode> objects(WorkloadKind kind, JsonNode workload) {
    return revisions.of(kind, workload).stream().map(Revision::object).toList();
  }
}
