package dev.lockstep.binding.ownership;

import dev.lockstep.binding.ownership.ManagedFields.Manager;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Managers that declare a container's {@code envFrom} as another one does that took it over by
 * force. Volumes and variables need no such note: who owns one declares what it holds.
 *
 * <p>Written {@code LIST/CONTAINER=OPERATION/MANAGER}, separated by commas.
 */
final class CoOwners {
  private final SortedMap<String, Set<Manager>> managers = new TreeMap<>();

  static CoOwners parse(String text) {
    CoOwners read = new CoOwners();
    for (String entry : text.split(",")) {
      int equals = entry.indexOf('=');
      int slash = entry.indexOf('/', equals + 1);
      if (equals > 0 && slash > 0) {
        read.managers
            .computeIfAbsent(entry.substring(0, equals), container -> new TreeSet<>())
            .add(new Manager(entry.substring(slash + 1), entry.substring(equals + 1, slash)));
      }
    }
    return read;
  }

  Set<Manager> of(FieldPath container) {
    return managers.getOrDefault(key(container), Set.of());
  }

  /** A manager's name that this form can't hold is left out: it is the client's to choose. */
  void put(FieldPath container, Set<Manager> declaring) {
    Set<Manager> written =
        declaring.stream()
            .filter(manager -> manager.name().matches("[^,=]{1,128}"))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!written.isEmpty()) {
      managers.put(key(container), written);
    }
  }

  Optional<String> annotation() {
    return managers.isEmpty() ? Optional.empty() : Optional.of(toString());
  }

  private static String key(FieldPath container) {
    int size = container.steps().size();
    return container.steps().get(size - 2).name() + "/" + container.steps().get(size - 1).name();
  }

  @Override
  public String toString() {
    return managers.entrySet().stream()
        .flatMap(
            (Map.Entry<String, Set<Manager>> e) ->
                e.getValue().stream().map(manager -> e.getKey() + "=" + manager))
        .collect(Collectors.joining(","));
  }
}
