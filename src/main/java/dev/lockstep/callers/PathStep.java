package dev.lockstep.callers;

/** What is to be done next about the paths. */
sealed interface PathStep {

  /** What can be done, a method for each step but {@link Rest}. */
  interface Actions {
    void keep(PathState state, String why);

    void tell(PathPrefix prefix);
  }

  /**
   * Does it.
   *
   * @return false if nothing was due
   */
  boolean applyTo(Actions actions);

  /** The Secret is to hold this. */
  record Keep(PathState state, String why) implements PathStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.keep(state, why);
      return true;
    }
  }

  /** All webhooks are to be called by this. */
  record Tell(PathPrefix prefix) implements PathStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.tell(prefix);
      return true;
    }
  }

  /** All is well, or is waited for. */
  record Rest() implements PathStep {
    @Override
    public boolean applyTo(Actions actions) {
      return false;
    }
  }
}
