package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One place in a pod template that names a ConfigMap or Secret.
 *
 * @param place of the name, from the template
 * @param optional whether pods start without it
 * @param keys that it needs
 */
public record Reference(HeadRef named, JsonPointer place, boolean optional, Set<String> keys) {
  private static final JsonPointer SPEC = JsonPointer.compile("/spec");

  /** All references of a pod template, in the order of {@link ReferenceField#ALL}. */
  public static List<Reference> in(JsonNode template) {
    List<Reference> found = new ArrayList<>();
    JsonNode spec = template.at(SPEC);
    for (ReferenceField field : ReferenceField.ALL) {
      follow(field, spec, SPEC, field.path(), found);
    }
    return found;
  }

  private static void follow(
      ReferenceField field, JsonNode node, JsonPointer at, String path, List<Reference> found) {
    if (node.isMissingNode() || node.isNull()) {
      return;
    }
    if (path.isEmpty()) {
      KubernetesJson.text(node.path(field.nameField()))
          .filter(name -> !name.isEmpty())
          .ifPresent(name -> found.add(of(field, node, at, name)));
      return;
    }
    int dot = path.indexOf('.');
    String step = dot < 0 ? path : path.substring(0, dot);
    String rest = dot < 0 ? "" : path.substring(dot + 1);
    if (!step.endsWith("[]")) {
      follow(field, node.path(step), at.appendProperty(step), rest, found);
      return;
    }
    String list = step.substring(0, step.length() - 2);
    JsonNode items = node.path(list);
    for (int i = 0; i < items.size(); i++) {
      follow(field, items.path(i), at.appendProperty(list).appendIndex(i), rest, found);
    }
  }

  private static Reference of(ReferenceField field, JsonNode node, JsonPointer at, String name) {
    Set<String> keys = new TreeSet<>();
    switch (field.keys()) {
      case NONE -> {}
      case ONE -> KubernetesJson.text(node.path("key")).ifPresent(keys::add);
      case ITEMS ->
          node.path("items")
              .forEach(item -> KubernetesJson.text(item.path("key")).ifPresent(keys::add));
    }
    return new Reference(
        new HeadRef(field.kind(), name),
        at.appendProperty(field.nameField()),
        node.path("optional").asBoolean(false),
        keys);
  }
}
