package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.ownership.ManagedFields.Manager;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One update of a workload with bound references: makes the managers own what they would own if no
 * name had been rewritten, and keeps a reference that one of them lets go while another still
 * declares it.
 *
 * <p>A manager sends the name of the head, and what is persisted is the name of a version. So a
 * forced apply, or an update that is no apply, takes the field from its owner although both mean
 * the same. An update gives it back at once. A forced apply keeps it, because with two owners each
 * of their applies would be a conflict; the former owners get it when the new one lets go.
 */
public final class SharedOwnership {
  private final JsonNode old;
  private final JsonNode oldBare;
  private final JsonNode newBare;
  private final JsonPointer template;
  private final Optional<Manager> applying;
  private final ObjectNode object;
  private final ManagedFields before;
  private final ManagedFields now;
  private final CoOwners coOwnersBefore;
  private final CoOwners coOwners = new CoOwners();
  private final Map<JsonPointer, JsonNode> replaced = new LinkedHashMap<>();

  private SharedOwnership(
      WorkloadKind kind, JsonNode object, JsonNode old, Optional<String> fieldManager) {
    this.applying = fieldManager.map(name -> new Manager(name, ManagedFields.APPLY));
    this.template = kind.template();
    this.old = old;
    this.object = object.deepCopy();
    this.oldBare = BareNames.in(old, template);
    this.newBare = BareNames.in(object, template);
    this.before = ManagedFields.of(old);
    this.now = ManagedFields.of(object);
    this.coOwnersBefore =
        KubernetesJson.annotation(old, Annotations.CO_OWNERS)
            .map(CoOwners::parse)
            .orElseGet(CoOwners::new);
  }

  /**
   * @param object as the request would persist it
   * @param oldObject as it is persisted
   * @param fieldManager what the request's options name; a server-side apply always names one
   */
  public static KeptObject keep(
      WorkloadKind kind,
      JsonNode object,
      Optional<JsonNode> oldObject,
      Optional<String> fieldManager) {
    if (kind.change() == WorkloadKind.Change.IMMUTABLE
        || oldObject.isEmpty()
        || Bindings.of(oldObject.get().at(kind.template())).versions().isEmpty()
        || !object.at(ManagedFields.PLACE).isArray()) {
      return KeptObject.unchanged(object);
    }
    return new SharedOwnership(kind, object, oldObject.get(), fieldManager).kept();
  }

  private KeptObject kept() {
    JsonNode bound = old.at(template);
    Bindings bindings = Bindings.of(bound);
    Set<OwnedValue> values = new LinkedHashSet<>();
    for (Reference reference : Reference.in(bound)) {
      if (BareNames.headOf(reference, bindings).isPresent()) {
        values.add(OwnedValue.of(old, template, reference));
      }
    }
    values.forEach(this::keep);
    now.changed()
        .ifPresent(
            entries -> {
              ((ObjectNode) object.path("metadata")).set("managedFields", entries);
              replaced.put(ManagedFields.PLACE, entries);
            });
    return new KeptObject(object, replaced, Optional.of(coOwners.annotation()));
  }

  private void keep(OwnedValue value) {
    Set<Manager> lost = without(before.owners(value.path()), now.owners(value.path()));
    Set<Manager> gained = without(now.owners(value.path()), before.owners(value.path()));
    JsonNode then = at(oldBare, value.path());
    JsonNode wanted = at(newBare, value.path());
    if (isNothing(wanted)) {
      if (!lost.isEmpty() && gained.isEmpty() && lost.stream().allMatch(Manager::applies)) {
        letGo(value, lost);
      }
    } else if (wanted.equals(then)) {
      if (!gained.isEmpty() && gained.stream().noneMatch(Manager::applies)) {
        lost.forEach(manager -> now.give(manager, value.path(), before));
        gained.forEach(manager -> now.take(manager, value.path()));
      } else if (value.isEnvFrom()) {
        Set<Manager> declaring = new TreeSet<>(coOwnersBefore.of(value.item()));
        declaring.addAll(lost);
        // Who applies and does not own it declares it no more: declaring it would be a conflict.
        applying.ifPresent(declaring::remove);
        coOwners.put(value.item(), without(declaring, gained));
      }
    }
  }

  /**
   * Nobody owns the value any more: who still owns the item it belongs to declares it, too. A
   * container's {@code envFrom} may have an owner who owns nothing else of it: kubectl's undo.
   */
  private void letGo(OwnedValue value, Set<Manager> by) {
    Set<Manager> others =
        without(value.isEnvFrom() ? coOwnersBefore.of(value.item()) : now.owners(value.item()), by);
    Optional<JsonPointer> place = value.item().in(object);
    if (others.isEmpty() || place.isEmpty()) {
      return;
    }
    ObjectNode item = (ObjectNode) object.at(place.get());
    if (!value.isEnvFrom() && !isFree(item, value)) {
      return;
    }
    item.remove("emptyDir");
    ObjectNode node = item;
    int last = value.path().steps().size() - 1;
    for (int i = value.item().steps().size(); i < last; i++) {
      String field = value.path().steps().get(i).name();
      node = node.path(field) instanceof ObjectNode there ? there : node.putObject(field);
    }
    node.set(value.path().steps().get(last).name(), at(old, value.path()));
    replaced.put(place.get(), item);
    others.forEach(manager -> now.give(manager, value.path(), before));
  }

  /**
   * Whether a volume or variable has no other source. An {@code emptyDir} that nobody owns is what
   * the API server puts where there is none; one with an owner is meant.
   */
  private boolean isFree(JsonNode item, OwnedValue value) {
    String source = value.path().steps().get(value.item().steps().size()).name();
    for (Map.Entry<String, JsonNode> field : KubernetesJson.entries(item)) {
      boolean isOurs = field.getKey().equals("name") || field.getKey().equals(source);
      boolean isDefault =
          field.getKey().equals("emptyDir") && now.owners(value.item().then("emptyDir")).isEmpty();
      if (!isOurs && !isDefault) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode at(JsonNode object, FieldPath path) {
    return path.in(object).map(object::at).orElseGet(() -> object.path("").path(""));
  }

  private static boolean isNothing(JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isTextual() && value.asText().isEmpty());
  }

  private static Set<Manager> without(Set<Manager> managers, Set<Manager> others) {
    Set<Manager> left = new TreeSet<>(managers);
    left.removeAll(others);
    return left;
  }
}
