package dev.lockstep.retention;

/** What is to be done with a version. */
public sealed interface RetentionAction {
  RetentionCandidate version();

  /** It is seen unused for the first time. */
  record Mark(RetentionCandidate version) implements RetentionAction {}

  /** It is marked, but may not go. */
  record Unmark(RetentionCandidate version) implements RetentionAction {}

  /** It was unused all through the grace period, and still is. */
  record Delete(RetentionCandidate version) implements RetentionAction {}
}
