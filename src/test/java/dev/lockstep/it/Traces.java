package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What Lockstep left on an object. */
final class Traces {
  static final String BINDINGS = "lockstep.dev/bindings";

  private static final String OURS = "lockstep.dev/";

  /** Written by people, read by Lockstep. */
  private static final String SETTING = "lockstep.dev/versioned";

  private Traces() {}

  /** Keys of labels and annotations that Lockstep wrote. */
  static List<String> on(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    return Stream.of("labels", "annotations")
        .flatMap(map -> metadata.path(map).properties().stream())
        .map(Map.Entry::getKey)
        .filter(key -> key.startsWith(OURS) && !key.equals(SETTING))
        .toList();
  }

  /** The annotation on a workload's pod template; empty text where there is none. */
  static String bindings(JsonNode workload) {
    return Shop.meta(workload.at("/spec/template"), "annotations", BINDINGS);
  }

  /** {@code v003}; empty text where there is no stamp. */
  static String version(JsonNode head) {
    return Shop.meta(head, "labels", "lockstep.dev/version");
  }

  static String newest(JsonNode head) {
    return Shop.meta(head, "annotations", "lockstep.dev/newest");
  }

  static String content(JsonNode headOrVersion) {
    return Shop.meta(headOrVersion, "labels", "lockstep.dev/content");
  }
}
