package dev.lockstep.callers;

/** What is to be done next about the paths. */
sealed interface PathStep {

  /** The Secret is to hold this. */
  record Keep(PathState state, String why) implements PathStep {}

  /** All webhooks are to be called by this. */
  record Tell(PathPrefix prefix) implements PathStep {}

  /** All is well, or is waited for. */
  record Rest() implements PathStep {}
}
