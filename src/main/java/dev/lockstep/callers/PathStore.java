package dev.lockstep.callers;

import java.util.Map;
import java.util.Optional;

/** Where the paths are kept: a Secret of our own namespace, whose texts are given by name. */
public interface PathStore {

  /**
   * @param version of the Secret; empty if there is none
   */
  record Kept(Optional<String> version, Map<String, String> texts) {
    public static final Kept NOTHING = new Kept(Optional.empty(), Map.of());

    /** It holds paths. */
    @Override
    public String toString() {
      return "version " + version.orElse("none");
    }
  }

  Kept read();

  /**
   * @return false if somebody else has written since
   */
  boolean write(Kept before, Map<String, String> texts);
}
