package dev.lockstep.binding;

import java.util.Map;

/** When a workload moves on to a newer version of its heads. */
public enum Rollout {
  /** When it is applied, or restarted. */
  ON_APPLY,
  /** By itself, soon after a head changed. */
  AUTO,
  /** Only when it is applied. */
  PINNED;

  static final Map<String, Rollout> SPELLED =
      Map.of("on-apply", ON_APPLY, "auto", AUTO, "pinned", PINNED);
}
