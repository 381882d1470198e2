package dev.lockstep.webhook;

import dev.lockstep.model.AdmissionDeniedException;
import java.util.List;
import java.util.Map;

/** How a request is answered. */
public sealed interface AdmissionResponse {

  /**
   * It passes, with these changes.
   *
   * @param audit what the API server's audit log is to say about it; never content
   */
  record Allowed(JsonPatchBuilder patch, List<String> warnings, Map<String, String> audit)
      implements AdmissionResponse {
    Allowed(JsonPatchBuilder patch, List<String> warnings) {
      this(patch, warnings, Map.of());
    }
  }

  /** It does not pass; who sent it is told why. */
  record Denied(int code, String message) implements AdmissionResponse {
    public static Denied of(AdmissionDeniedException denial) {
      return new Denied(denial.code(), denial.getMessage());
    }
  }
}
