package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Stamp;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What fits into an object's annotations. */
final class AnnotationRoom {
  /** Total size of keys and values, as of Kubernetes' validation of annotations. */
  private static final int MAX_BYTES = 256 * 1024;

  private static final int ROOM_FOR_OTHER_ANNOTATIONS = 64;

  private AnnotationRoom() {}

  /** The stamp without who changed it, where there is no room for that. */
  static Stamp fitted(Stamp stamp, JsonNode object) {
    int bytes = ROOM_FOR_OTHER_ANNOTATIONS;
    for (var entry : KubernetesJson.entries(object.path("metadata").path("annotations"))) {
      if (!stamp.annotations().containsKey(entry.getKey())) {
        bytes += utf8(entry.getKey()) + utf8(entry.getValue().asText(""));
      }
    }
    bytes += utf8(Annotations.CHANGED_BY) + stamp.changedBy().map(AnnotationRoom::utf8).orElse(0);
    return bytes <= MAX_BYTES
        ? stamp
        : new Stamp(stamp.version(), stamp.content(), stamp.newest(), Optional.empty());
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
