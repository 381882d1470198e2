package dev.lockstep.binding;

import java.util.Map;

/** What happens when a required reference names nothing. */
public enum MissingPolicy {
  /** The request passes, with a warning. */
  WARN,
  /** The request is denied. */
  DENY,
  /** The request passes silently. */
  IGNORE;

  static final Map<String, MissingPolicy> SPELLED =
      Map.of("warn", WARN, "deny", DENY, "ignore", IGNORE);
}
