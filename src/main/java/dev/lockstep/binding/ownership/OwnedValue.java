package dev.lockstep.binding.ownership;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Reference;
import java.util.Set;

/**
 * The smallest value around a reference that a manager can own.
 *
 * @param path of the value: of the name itself in a volume's {@code configMap} and {@code secret},
 *     else of the atomic map or list around it
 * @param item the item of a list that it belongs to and that several managers can own: a volume, an
 *     environment variable, for {@code envFrom} a container
 */
record OwnedValue(FieldPath path, FieldPath item) {

  /**
   * Maps and lists that are owned as a whole.
   *
   * @see <a
   *     href="https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy">
   *     Merge strategy</a>, and {@code x-kubernetes-map-type} and {@code x-kubernetes-list-type} in
   *     the API's schema
   */
  private static final Set<String> ATOMIC =
      Set.of(
          "configMapKeyRef",
          "secretKeyRef",
          "envFrom",
          "sources",
          "nodePublishSecretRef",
          "secretRef");

  private static final String ENV_FROM = "envFrom";

  /**
   * @param template where the pod template is in the object
   */
  static OwnedValue of(JsonNode object, JsonPointer template, Reference reference) {
    JsonPointer value = template.append(reference.place());
    JsonPointer place = JsonPointer.empty();
    JsonPointer item = place;
    boolean isInTemplate = false;
    int depth = 0;
    int above = depth(template);
    for (JsonPointer rest = value; !rest.matches(); rest = rest.tail()) {
      boolean isItem = object.at(place).isArray();
      place =
          isItem
              ? place.appendIndex(rest.getMatchingIndex())
              : place.appendProperty(rest.getMatchingProperty());
      isInTemplate = depth++ >= above;
      if (isItem && isInTemplate) {
        item = place;
      }
      if (!isItem && isInTemplate && ATOMIC.contains(rest.getMatchingProperty())) {
        break;
      }
    }
    return new OwnedValue(FieldPath.of(object, place), FieldPath.of(object, item));
  }

  boolean isEnvFrom() {
    return path.steps().get(path.steps().size() - 1).name().equals(ENV_FROM);
  }

  private static int depth(JsonPointer pointer) {
    int depth = 0;
    for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
      depth++;
    }
    return depth;
  }
}
