package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.Optional;
import java.util.Set;

/** Where a request moves references that are bound already. */
sealed interface RebindIntent {

  /** Nowhere: they are what the request names. */
  record AsNamed() implements RebindIntent {}

  /** To the newest, but for heads that an undo brought back, and pinned workloads. */
  record Restart() implements RebindIntent {}

  /**
   * To the newest, in any case.
   *
   * @param heads which; all, if empty
   * @param restarts whether the request is a restart besides: the others move as that has it
   */
  record Rebind(Set<HeadRef> heads, boolean restarts) implements RebindIntent {
    boolean includes(HeadRef head) {
      return heads.isEmpty() || heads.contains(head);
    }
  }

  /** What the annotation {@value Annotations#REBIND} asks for; people leave its value empty. */
  static Optional<Set<HeadRef>> asked(JsonNode workload) {
    return KubernetesJson.annotation(workload, Annotations.REBIND).map(HeadRef::parseList);
  }
}
