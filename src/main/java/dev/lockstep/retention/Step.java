package dev.lockstep.retention;

/** What is to be done with a version. */
public sealed interface Step {
  Candidate version();

  /** It is seen unused for the first time. */
  record Mark(Candidate version) implements Step {}

  /** It is marked, but may not go. */
  record Unmark(Candidate version) implements Step {}

  /** It was unused all through the grace period, and still is. */
  record Delete(Candidate version) implements Step {}
}
