package dev.lockstep.version;

import java.util.Map;

/** A namespace that is opted in, with the annotations that set its defaults. */
public record OptedIn(String name, Map<String, String> annotations) {
  public OptedIn {
    annotations = Map.copyOf(annotations);
  }
}
