package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Warnings;

/**
 * A head that was written from a version's YAML under the head's name: the obvious way to restore
 * by hand. It would be immutable, so that the next apply fails.
 */
final class VersionCopy {
  private VersionCopy() {}

  /** Only versions have this annotation. */
  static boolean isOne(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.HEAD_NAME).isPresent();
  }

  static String warning(ObjectKey head) {
    return Warnings.warning(
        head.kind().kind(),
        head.name(),
        "written from a version; immutable was left off",
        "set it by itself if it is meant");
  }
}
