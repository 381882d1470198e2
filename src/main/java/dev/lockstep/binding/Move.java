package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import java.util.Optional;
import java.util.Set;

/** Where a request moves references that are bound already. */
sealed interface Move {

  /** Nowhere: they are what the request names. */
  record AsNamed() implements Move {}

  /** To the newest, but for heads that an undo brought back, and pinned workloads. */
  record Restart() implements Move {}

  /**
   * To the newest, in any case.
   *
   * @param heads which; all, if empty
   * @param restarts whether the request is a restart besides: the others move as that has it
   */
  record Rebind(Set<HeadRef> heads, boolean restarts) implements Move {
    boolean includes(HeadRef head) {
      return heads.isEmpty() || heads.contains(head);
    }
  }

  /** What the annotation {@value Keys#REBIND} asks for; people leave its value empty. */
  static Optional<Set<HeadRef>> asked(JsonNode workload) {
    return Json.annotation(workload, Keys.REBIND).map(HeadRef::parseList);
  }
}
