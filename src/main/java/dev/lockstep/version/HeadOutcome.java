package dev.lockstep.version;

import java.util.List;

/** What the admission of a ConfigMap or Secret changes in it. Denials are {@link Denial}s. */
public sealed interface HeadOutcome {

  /** For kubectl to print. */
  List<String> warnings();

  /** Nothing changes. */
  record Unchanged(List<String> warnings) implements HeadOutcome {}

  /** The object gets no versions: it must not carry a stamp. */
  record Unstamped(List<String> warnings) implements HeadOutcome {}

  /** The object is a head and has to carry this stamp. */
  record Stamped(Stamp stamp, List<String> warnings) implements HeadOutcome {}
}
