package dev.lockstep.webhook;

import dev.lockstep.model.AdmissionDeniedException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How a request is answered. */
public sealed interface AdmissionResponse {

  /** Makes of it what is made of each kind of answer. */
  <T> T map(Function<Allowed, T> ofAllowed, Function<Denied, T> ofDenied);

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

    @Override
    public <T> T map(Function<Allowed, T> ofAllowed, Function<Denied, T> ofDenied) {
      return ofAllowed.apply(this);
    }
  }

  /** It does not pass; who sent it is told why. */
  record Denied(int code, String message) implements AdmissionResponse {
    public static Denied of(AdmissionDeniedException denial) {
      return new Denied(denial.code(), denial.getMessage());
    }

    @Override
    public <T> T map(Function<Allowed, T> ofAllowed, Function<Denied, T> ofDenied) {
      return ofDenied.apply(this);
    }
  }
}
