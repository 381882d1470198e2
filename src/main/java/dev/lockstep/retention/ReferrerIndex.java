package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who names which version. Any string value that is the version's name counts, wherever it stands;
 * so do bindings and baselines, which name them in their own form.
 */
public final class ReferrerIndex {
  private final Map<String, List<String>> users = new HashMap<>();
  private final Set<String> staying = new HashSet<>();
  private final Predicate<String> isVersion;

  /**
   * @param isVersion tells names of versions from other strings
   */
  public ReferrerIndex(Predicate<String> isVersion) {
    this.isVersion = isVersion;
  }

  /** Notes what an object names. */
  public void add(JsonNode object) {
    Set<String> named = new HashSet<>();
    strings(object, named);
    for (String annotation : List.of(Annotations.BASELINE, Annotations.BINDINGS)) {
      KubernetesJson.annotation(object, annotation)
          .map(Bindings::parse)
          .orElse(Bindings.NONE)
          .versions()
          .forEach((head, number) -> named.add(head.version(number).name()));
    }
    String user = object.path("kind").asText() + " " + KubernetesJson.name(object);
    named.removeIf(isVersion.negate());
    named.forEach(name -> users.computeIfAbsent(name, n -> new ArrayList<>()).add(user));
    if (!object.path("metadata").has("deletionTimestamp")) {
      staying.addAll(named);
    }
  }

  private static void strings(JsonNode node, Set<String> into) {
    if (node.isTextual()) {
      into.add(node.textValue());
    }
    node.forEach(child -> strings(child, into));
  }

  public boolean has(String name) {
    return users.containsKey(name);
  }

  /** Whether somebody names it who is not on the way out. */
  public boolean isNeeded(String name) {
    return staying.contains(name);
  }

  /** {@code Deployment my-app}, one for each object; none where nothing names it. */
  public List<String> of(String name) {
    return users.getOrDefault(name, List.of());
  }
}
