package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Who owns which field of an object, by its {@code metadata.managedFields}. */
final class ManagedFields {
  static final JsonPointer PLACE = JsonPointer.compile("/metadata/managedFields");
  static final String APPLY = "Apply";

  /** An owner of fields: one name may have an entry for its applies and another for the rest. */
  record Manager(String name, String operation) implements Comparable<Manager> {
    boolean applies() {
      return operation.equals(APPLY);
    }

    @Override
    public int compareTo(Manager other) {
      return toString().compareTo(other.toString());
    }

    /** {@code Apply/argocd-controller}. */
    @Override
    public String toString() {
      return operation + "/" + name;
    }
  }

  private final ArrayNode entries;
  private boolean isChanged;

  private ManagedFields(ArrayNode entries) {
    this.entries = entries;
  }

  /** A copy of what an object says. */
  static ManagedFields of(JsonNode object) {
    return new ManagedFields(
        object.at(PLACE) instanceof ArrayNode there
            ? there.deepCopy()
            : JsonNodeFactory.instance.arrayNode());
  }

  Set<Manager> owners(FieldPath path) {
    Set<Manager> owners = new TreeSet<>();
    for (JsonNode entry : entries) {
      if (isOfTheObject(entry) && !node(entry, path).isMissingNode()) {
        owners.add(manager(entry));
      }
    }
    return owners;
  }

  /**
   * Makes a manager own a field.
   *
   * @param before has the manager's entry, where it has none any more
   */
  void give(Manager manager, FieldPath path, ManagedFields before) {
    ObjectNode node =
        entry(manager)
            .or(() -> before.entry(manager).map(this::withoutFields))
            .orElseGet(() -> newEntry(manager, before));
    node = object(node, "fieldsV1");
    for (FieldPath.Step step : path.steps()) {
      node = object(node, step.toString());
    }
    isChanged = true;
  }

  /** Makes a manager own a field no more; an entry without any field goes. */
  void take(Manager manager, FieldPath path) {
    entry(manager)
        .ifPresent(
            entry -> {
              prune(entry.path("fieldsV1"), path, 0);
              if (entry.path("fieldsV1").isEmpty()) {
                removeEntry(manager);
              }
              isChanged = true;
            });
  }

  /** All entries, where they are not the object's any more. */
  Optional<ArrayNode> changed() {
    return isChanged ? Optional.of(entries) : Optional.empty();
  }

  private void removeEntry(Manager manager) {
    for (int i = 0; i < entries.size(); i++) {
      if (isOfTheObject(entries.path(i)) && manager(entries.path(i)).equals(manager)) {
        entries.remove(i);
        return;
      }
    }
  }

  private Optional<ObjectNode> entry(Manager manager) {
    for (JsonNode entry : entries) {
      if (isOfTheObject(entry) && manager(entry).equals(manager)) {
        return Optional.of((ObjectNode) entry);
      }
    }
    return Optional.empty();
  }

  private ObjectNode withoutFields(ObjectNode entry) {
    ObjectNode copy = entry.deepCopy();
    copy.putObject("fieldsV1");
    entries.add(copy);
    return copy;
  }

  /**
   * Of the same version of the API as somebody else's: who owned one field alone lost its entry.
   */
  private ObjectNode newEntry(Manager manager, ManagedFields before) {
    for (JsonNode entry : before.entries) {
      if (isOfTheObject(entry)) {
        return withoutFields((ObjectNode) entry)
            .put("manager", manager.name())
            .put("operation", manager.operation());
      }
    }
    throw new IllegalStateException("nobody owned anything");
  }

  private static ObjectNode object(ObjectNode node, String field) {
    return node.path(field) instanceof ObjectNode there ? there : node.putObject(field);
  }

  private static void prune(JsonNode node, FieldPath path, int depth) {
    String step = path.steps().get(depth).toString();
    if (!(node instanceof ObjectNode fields) || !fields.has(step)) {
      return;
    }
    if (depth + 1 < path.steps().size()) {
      prune(fields.path(step), path, depth + 1);
    }
    if (depth + 1 == path.steps().size() || fields.path(step).isEmpty()) {
      fields.remove(step);
    }
  }

  private static boolean isOfTheObject(JsonNode entry) {
    return entry.path("subresource").asText().isEmpty();
  }

  private static Manager manager(JsonNode entry) {
    return new Manager(entry.path("manager").asText(), entry.path("operation").asText());
  }

  private static JsonNode node(JsonNode entry, FieldPath path) {
    JsonNode node = entry.path("fieldsV1");
    for (FieldPath.Step step : path.steps()) {
      node = node.path(step.toString());
    }
    return node;
  }
}
