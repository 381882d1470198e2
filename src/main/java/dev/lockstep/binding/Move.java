package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
   */
  record Rebind(Set<HeadRef> heads) implements Move {
    boolean includes(HeadRef head) {
      return heads.isEmpty() || heads.contains(head);
    }
  }

  /** What the annotation {@value Keys#REBIND} asks for; people leave its value empty. */
  static Optional<Move> asked(JsonNode workload) {
    return Json.annotation(workload, Keys.REBIND).map(value -> new Rebind(heads(value)));
  }

  /** {@code configmap/app-config,secret/x}; what can't be read is left out. */
  static Set<HeadRef> heads(String list) {
    Set<HeadRef> heads = new TreeSet<>();
    for (String entry : list.split(",")) {
      HeadRef.parse(entry).ifPresent(heads::add);
    }
    return heads;
  }
}
