package dev.lockstep.controller.workload;

import dev.lockstep.model.HeadRef;
import java.time.Instant;
import java.util.SortedSet;

/**
 * A workload is to be bound to what is current.
 *
 * @param heads which of its references; never empty
 * @param due not before this time
 */
record Rebind(Reason reason, SortedSet<HeadRef> heads, Instant due) {

  enum Reason {
    /** What it waited for is there. */
    ARRIVED("arrived:"),
    /** Who released it changed its configuration right after. */
    WINDOW("window:"),
    /** It has no revisions, or no pods. */
    AT_ONCE("auto:"),
    /** It is set to follow. */
    AUTO("auto:");

    private final String prefix;

    Reason(String prefix) {
      this.prefix = prefix;
    }

    /** Whether nobody meant the revision that the workload leaves. */
    boolean leavesRevisionInBetween() {
      return this == ARRIVED || this == WINDOW;
    }

    /** What is noted on such a revision. */
    String word() {
      return prefix.replace(":", "");
    }
  }

  /** What the annotation is to say. */
  String request() {
    return reason.prefix + HeadRef.list(heads);
  }

  /** This one, as soon as another one would come that is due before it. */
  Rebind noLaterThan(Rebind other) {
    return other.due.isBefore(due) ? new Rebind(reason, heads, other.due) : this;
  }

  boolean isDue(Instant now) {
    return !due.isAfter(now);
  }
}
