package dev.lockstep.admission;

import dev.lockstep.version.Denial;
import java.util.List;
import java.util.Map;

/** How a request is answered. */
sealed interface Verdict {

  /**
   * It passes, with these changes.
   *
   * @param audit what the API server's audit log is to say about it; never content
   */
  record Allowed(JsonPatch patch, List<String> warnings, Map<String, String> audit)
      implements Verdict {
    Allowed(JsonPatch patch, List<String> warnings) {
      this(patch, warnings, Map.of());
    }
  }

  /** It does not pass; who sent it is told why. */
  record Denied(int code, String message) implements Verdict {
    static Denied of(Denial denial) {
      return new Denied(denial.code(), denial.getMessage());
    }
  }
}
