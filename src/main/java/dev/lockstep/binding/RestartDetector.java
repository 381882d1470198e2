package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.KubernetesJson;
import java.util.Optional;

/**
 * Tells {@code kubectl rollout restart} from all else: it changes nothing of the template but one
 * annotation. An undo to a restarted revision may change just that as well, but then the value is
 * one that a revision has; so revisions decide, and no clock.
 */
final class RestartDetector {
  /** Written by kubectl, whose name for it this is. */
  static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

  private final RevisionHistory revisions;

  RestartDetector(RevisionHistory revisions) {
    this.revisions = revisions;
  }

  boolean isAskedFor(WorkloadAdmissionRequest review) {
    Optional<String> time = KubernetesJson.annotation(review.template(), RESTARTED_AT);
    if (time.isEmpty() || review.oldTemplate().isEmpty() || review.isOfImmutableTemplate()) {
      return false;
    }
    JsonNode old = review.oldTemplate().get();
    return !KubernetesJson.annotation(old, RESTARTED_AT).equals(time)
        && without(old).equals(without(review.template()))
        && revisions.of(review).stream()
            .noneMatch(
                revision ->
                    KubernetesJson.annotation(revision.template(), RESTARTED_AT).equals(time));
  }

  private static JsonNode without(JsonNode template) {
    JsonNode copy = template.deepCopy();
    if (copy.path("metadata").path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(RESTARTED_AT);
      if (annotations.isEmpty()) {
        ((ObjectNode) copy.path("metadata")).remove("annotations");
      }
    }
    return copy;
  }
}
