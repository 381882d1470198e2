package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionNumber;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a persisted workload stands to its heads.
 *
 * @param behind heads that it is bound to another version of than the current one, and that no undo
 *     holds there
 * @param arrived heads that it waited for and that exist now
 * @param waiting what it waits for still
 */
public record BindingStatus(
    SortedSet<HeadRef> behind, SortedSet<HeadRef> arrived, SortedSet<HeadRef> waiting) {

  /**
   * @param workload may be metadata alone; nothing is behind then
   * @param current the heads of its namespace
   */
  public static BindingStatus of(
      WorkloadKind kind, JsonNode workload, Map<HeadRef, VersionNumber> current) {
    Bindings held =
        KubernetesJson.annotation(workload, Annotations.HELD)
            .map(Bindings::parse)
            .orElse(Bindings.NONE);
    SortedSet<HeadRef> behind = new TreeSet<>();
    Bindings.of(workload.at(kind.template()))
        .versions()
        .forEach(
            (head, number) -> {
              VersionNumber now = current.get(head);
              if (now != null && !now.equals(number) && !held.has(head)) {
                behind.add(head);
              }
            });
    SortedSet<HeadRef> waiting =
        KubernetesJson.annotation(workload, Annotations.WAITING)
            .map(HeadRef::parseList)
            .orElseGet(TreeSet::new);
    SortedSet<HeadRef> arrived = new TreeSet<>(waiting);
    arrived.retainAll(current.keySet());
    waiting.removeAll(arrived);
    return new BindingStatus(behind, arrived, waiting);
  }
}
