package dev.lockstep.retention;

/** What is to be done with a version. */
public sealed interface RetentionAction {

  /** What can be done with a version, a method for each action. */
  interface Actions {

    /**
     * @return whether it carries the mark now
     */
    boolean mark(RetentionCandidate version);

    void unmark(RetentionCandidate version);

    void delete(RetentionCandidate version);
  }

  RetentionCandidate version();

  /**
   * Does it.
   *
   * @return whether the version is marked by that
   */
  boolean applyTo(Actions actions);

  /** It is seen unused for the first time. */
  record Mark(RetentionCandidate version) implements RetentionAction {
    @Override
    public boolean applyTo(Actions actions) {
      return actions.mark(version);
    }
  }

  /** It is marked, but may not go. */
  record Unmark(RetentionCandidate version) implements RetentionAction {
    @Override
    public boolean applyTo(Actions actions) {
      actions.unmark(version);
      return false;
    }
  }

  /** It was unused all through the grace period, and still is. */
  record Delete(RetentionCandidate version) implements RetentionAction {
    @Override
    public boolean applyTo(Actions actions) {
      actions.delete(version);
      return false;
    }
  }
}
