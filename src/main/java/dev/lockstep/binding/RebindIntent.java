package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the annotation {@value Annotations#REBIND} asks for: to bind to what is current.
 *
 * @param heads which; all, if empty
 */
record RebindIntent(Reason reason, Set<HeadRef> heads) {

  /** Why; the leader says it before the heads, {@code auto:configmap/a}. */
  enum Reason {
    /** Somebody wants it, in any case. */
    ASKED,
    /** Somebody wants it, also for a workload from which Lockstep had stepped back. */
    ADOPT,
    /** The workload follows by itself. */
    AUTO,
    /** What it waited for is there. */
    ARRIVED,
    /** What changed belongs to its release. */
    WINDOW;

    /** Whether a person decided it, or Lockstep did by itself. */
    boolean isByHand() {
      return this == ASKED || this == ADOPT;
    }
  }

  private static final String ADOPT = "adopt";

  /** Empty where nothing is asked for. */
  static Optional<String> asked(JsonNode workload) {
    return KubernetesJson.annotation(workload, Annotations.REBIND);
  }

  /** Empty where the value can't be read: it must not be taken for all heads. */
  static Optional<RebindIntent> parse(String value) {
    if (value.equals(ADOPT)) {
      return Optional.of(new RebindIntent(Reason.ADOPT, Set.of()));
    }
    int colon = value.indexOf(':');
    Optional<Reason> reason =
        colon < 0 ? Optional.of(Reason.ASKED) : byItself(value.substring(0, colon));
    String list = value.substring(colon + 1);
    if (reason.isEmpty() || colon >= 0 && list.isEmpty()) {
      return Optional.empty();
    }
    Set<HeadRef> heads = new TreeSet<>();
    for (String entry : list.isEmpty() ? new String[0] : list.split(",", -1)) {
      Optional<HeadRef> head = HeadRef.parse(entry);
      if (head.isEmpty()) {
        return Optional.empty();
      }
      heads.add(head.get());
    }
    return reason.map(known -> new RebindIntent(known, heads));
  }

  private static Optional<Reason> byItself(String prefix) {
    for (Reason reason : Reason.values()) {
      if (!reason.isByHand() && reason.name().toLowerCase(Locale.ROOT).equals(prefix)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  boolean includes(HeadRef head) {
    return heads.isEmpty() || heads.contains(head);
  }
}
