package dev.lockstep.controller;

import com.fasterxml.jackson.databind.JsonNode;

/** Tells people, where they would look: an Event on the object. Never fails; it is only told. */
public interface EventRecorder {

  /** How bad it is, in the API's words. */
  enum Severity {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String type;

    Severity(String type) {
      this.type = type;
    }

    public String type() {
      return type;
    }
  }

  /**
   * @param object with apiVersion, kind and metadata
   * @param reason one word in CamelCase
   * @param message never holds content
   */
  void tell(JsonNode object, Severity severity, String reason, String message);
}
