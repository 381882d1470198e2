package dev.lockstep.admission;

import dev.lockstep.version.Denial;
import java.util.List;

/** How a request is answered. */
sealed interface Verdict {

  /** It passes, with these changes. */
  record Allowed(JsonPatch patch, List<String> warnings) implements Verdict {}

  /** It does not pass; who sent it is told why. */
  record Denied(int code, String message) implements Verdict {
    static Denied of(Denial denial) {
      return new Denied(denial.code(), denial.getMessage());
    }
  }
}
