package dev.lockstep.versioning;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Stamp;
import java.util.List;

/**
 * What the admission of a ConfigMap or Secret changes in it. Denials are {@link
 * AdmissionDeniedException}s.
 */
public sealed interface HeadAdmissionResult {

  /** For kubectl to print. */
  List<String> warnings();

  /** Nothing changes. */
  record Unchanged(List<String> warnings) implements HeadAdmissionResult {}

  /** The object gets no versions: it must not carry a stamp. */
  record Unstamped(List<String> warnings) implements HeadAdmissionResult {}

  /** The object is a head and has to carry this stamp. */
  record Stamped(Stamp stamp, List<String> warnings) implements HeadAdmissionResult {}
}
