package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;

/**
 * How many workloads are not simply bound to what is current.
 *
 * @param behind bound to an older version, and left there
 * @param held kept on an older version by an undo
 * @param waiting for a ConfigMap or Secret that is not there
 */
public record Census(int behind, int held, int waiting) {
  static final Census NOBODY = new Census(0, 0, 0);

  Census and(Census other) {
    return new Census(behind + other.behind, held + other.held, waiting + other.waiting);
  }

  /** One workload as it is persisted. */
  static Census of(JsonNode workload, boolean isLeftBehind, boolean isWaiting) {
    boolean isHeld = Json.annotation(workload, Keys.HELD).isPresent();
    return new Census(isLeftBehind ? 1 : 0, isHeld ? 1 : 0, isWaiting ? 1 : 0);
  }
}
