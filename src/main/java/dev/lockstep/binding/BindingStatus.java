package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a persisted workload stands to its heads. Each head is in one of the sets.
 *
 * @param bound heads that it is bound to the current version of, or that are gone
 * @param behind heads that it is bound to another version of, and nothing holds it there
 * @param held heads that it is bound to another version of since a rollback; any of them holds the
 *     whole workload
 * @param arrived heads that it waited for and that can be bound now
 * @param waiting what it waits for still
 * @param unbound heads that it names bare, though they have versions
 * @param pinned versions that its manifest names
 */
public record BindingStatus(
    SortedSet<HeadRef> bound,
    SortedSet<HeadRef> behind,
    SortedSet<HeadRef> held,
    SortedSet<HeadRef> arrived,
    SortedSet<HeadRef> waiting,
    SortedSet<HeadRef> unbound,
    SortedSet<HeadRef> pinned) {

  /**
   * @param workload may be metadata alone; only what it waits for is told then
   * @param current the heads of its namespace
   */
  public static BindingStatus of(
      WorkloadKind kind, JsonNode workload, Map<HeadRef, VersionNumber> current) {
    return of(kind, workload, current, Set.of());
  }

  /**
   * @param withoutVersions objects of its namespace that are there and get no versions: nobody has
   *     to wait for them
   */
  public static BindingStatus of(
      WorkloadKind kind,
      JsonNode workload,
      Map<HeadRef, VersionNumber> current,
      Set<HeadRef> withoutVersions) {
    TemplateState template = TemplateState.of(workload.at(kind.template()));
    boolean isHeld =
        KubernetesJson.annotation(workload, Annotations.HELD).filter(h -> !h.isEmpty()).isPresent();
    SortedSet<HeadRef> bound = new TreeSet<>();
    SortedSet<HeadRef> older = new TreeSet<>();
    template
        .bound()
        .versions()
        .forEach(
            (head, number) ->
                (current.getOrDefault(head, number).equals(number) ? bound : older).add(head));
    SortedSet<HeadRef> waiting =
        KubernetesJson.annotation(workload, Annotations.WAITING)
            .map(HeadRef::parseList)
            .orElseGet(TreeSet::new);
    waiting.removeAll(withoutVersions);
    SortedSet<HeadRef> arrived = new TreeSet<>(waiting);
    arrived.retainAll(current.keySet());
    // One that lacks a key is waited for although it is bound.
    arrived.removeAll(bound);
    waiting.removeAll(arrived);
    bound.removeAll(waiting);
    older.removeAll(arrived);
    SortedSet<HeadRef> unbound = new TreeSet<>();
    SortedSet<HeadRef> pinned = new TreeSet<>();
    for (Reference reference : template.references()) {
      HeadRef named = reference.named();
      if (template.headOf(named).isPresent()) {
        continue;
      }
      if (current.containsKey(named)) {
        unbound.add(named);
      } else if (VersionName.parse(named.name()).isPresent()) {
        pinned.add(named);
      }
    }
    unbound.removeAll(arrived);
    return new BindingStatus(
        bound,
        isHeld ? new TreeSet<>() : older,
        isHeld ? older : new TreeSet<>(),
        arrived,
        waiting,
        unbound,
        pinned);
  }

  /** Whether an earlier rollback keeps the whole workload where it is. */
  public boolean isHeld() {
    return !held.isEmpty();
  }
}
