package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Pod templates as they can be compared, whoever has kept them. */
final class TemplateComparison {
  private static final String METADATA = "metadata";

  /** Labels that controllers add to the templates of the revisions which they make. */
  private static final Set<String> LABELS_OF_CONTROLLERS =
      Set.of(
          "pod-template-hash",
          "controller-revision-hash",
          "rollouts-pod-template-hash",
          "pod-template-generation");

  private TemplateComparison() {}

  static JsonNode comparable(JsonNode template) {
    JsonNode copy = template.deepCopy();
    if (copy instanceof ObjectNode object) {
      // A ControllerRevision's template says what to do with the rest: "$patch": "replace".
      object.remove("$patch");
      if (object.path(METADATA) instanceof ObjectNode metadata) {
        if (metadata.path("creationTimestamp").isNull()) {
          metadata.remove("creationTimestamp");
        }
        if (metadata.path("labels") instanceof ObjectNode labels) {
          labels.remove(LABELS_OF_CONTROLLERS);
        }
        dropIfEmpty(metadata, "labels");
        dropIfEmpty(metadata, "annotations");
        dropIfEmpty(object, METADATA);
      }
    }
    return copy;
  }

  static boolean sameSpec(JsonNode template, JsonNode other) {
    return template.path("spec").equals(other.path("spec"));
  }

  /** Changes the template that it gets. */
  static JsonNode withoutAnnotation(JsonNode template, String key) {
    if (template.path(METADATA) instanceof ObjectNode metadata
        && metadata.path("annotations") instanceof ObjectNode annotations) {
      annotations.remove(key);
      dropIfEmpty(metadata, "annotations");
      dropIfEmpty((ObjectNode) template, METADATA);
    }
    return template;
  }

  private static void dropIfEmpty(ObjectNode parent, String field) {
    JsonNode child = parent.path(field);
    if ((child.isObject() || child.isNull()) && child.isEmpty()) {
      parent.remove(field);
    }
  }
}
