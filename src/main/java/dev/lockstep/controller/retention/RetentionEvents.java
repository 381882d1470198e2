package dev.lockstep.controller.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.EventRecorder;

/** Tells about a namespace in it, where those who work there look. */
final class RetentionEvents {
  private final EventRecorder recorder;

  RetentionEvents(EventRecorder recorder) {
    this.recorder = recorder;
  }

  void failed(String namespace, String why) {
    recorder.tell(
        object(namespace),
        EventRecorder.Severity.WARNING,
        "RetentionFailed",
        "no unused version is deleted here until it succeeds, which is tried again: " + why);
  }

  private static JsonNode object(String name) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put("kind", "Namespace");
    object.putObject("metadata").put("name", name).put("namespace", name);
    return object;
  }
}
