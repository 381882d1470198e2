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

  /**
   * The object gets no versions: it must not carry a stamp.
   *
   * @param isFilledByProgram whether that is to be noted on it, for those who see it later
   */
  record Unstamped(boolean isFilledByProgram, List<String> warnings)
      implements HeadAdmissionResult {}

  /**
   * The object is a head and has to carry this stamp.
   *
   * @param isVersionsCopy whether it was written from a version's YAML, so that what makes that one
   *     a version has to go
   */
  record Stamped(Stamp stamp, boolean isVersionsCopy, List<String> warnings)
      implements HeadAdmissionResult {}
}
