package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What Lockstep writes on a head: which version its content is.
 *
 * @param version the current version
 * @param content the hash of the content that has it
 * @param newest the highest number ever given to this head; never below {@code version}
 * @param changedBy the user who brought the content, where that is recorded
 */
public record Stamp(
    VersionNumber version, ContentHash content, VersionNumber newest, Optional<String> changedBy) {

  /** The user's name where Lockstep itself stamps what nobody of record wrote. */
  public static final String UNKNOWN_USER = "unknown";

  private static final Set<String> LABELS = Set.of(Labels.ROLE, Labels.VERSION, Labels.CONTENT);
  private static final Set<String> ANNOTATIONS =
      Set.of(Annotations.NEWEST, Annotations.CHANGED_BY, Annotations.RESTAMP);

  public Stamp {
    newest = newest.max(version);
  }

  /** The stamp on this object, whether or not its hash is its content's. */
  public static Optional<Stamp> of(JsonNode object) {
    if (!isHead(object)) {
      return Optional.empty();
    }
    Optional<VersionNumber> version =
        KubernetesJson.label(object, Labels.VERSION).flatMap(VersionNumber::parse);
    Optional<ContentHash> content =
        KubernetesJson.label(object, Labels.CONTENT).flatMap(ContentHash::parse);
    if (version.isEmpty() || content.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Stamp(
            version.get(),
            content.get(),
            newest(object).orElse(version.get()),
            KubernetesJson.annotation(object, Annotations.CHANGED_BY)));
  }

  public static boolean isHead(JsonNode object) {
    return KubernetesJson.label(object, Labels.ROLE).filter(Labels.HEAD_ROLE::equals).isPresent();
  }

  /** The highest number given so far: a lower bound that holds even where the stamp does not. */
  public static Optional<VersionNumber> newest(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.NEWEST).flatMap(VersionNumber::parse);
  }

  /** Labels as they have to be on the head; an empty value means: none under this key. */
  public Map<String, Optional<String>> labels() {
    return new TreeMap<>(
        Map.of(
            Labels.ROLE, Optional.of(Labels.HEAD_ROLE),
            Labels.VERSION, Optional.of(version.toString()),
            Labels.CONTENT, Optional.of(content.toString())));
  }

  /** Annotations as they have to be on the head; an empty value means: none under this key. */
  public Map<String, Optional<String>> annotations() {
    return new TreeMap<>(
        Map.of(
            Annotations.NEWEST, Optional.of(newest.toString()),
            Annotations.CHANGED_BY, changedBy,
            Annotations.RESTAMP, Optional.empty()));
  }

  /** Labels of an object that is no head. */
  public static Map<String, Optional<String>> noLabels() {
    return none(LABELS);
  }

  /** Annotations of an object that is no head. */
  public static Map<String, Optional<String>> noAnnotations() {
    return none(ANNOTATIONS);
  }

  private static Map<String, Optional<String>> none(Set<String> keys) {
    Map<String, Optional<String>> map = new TreeMap<>();
    keys.forEach(key -> map.put(key, Optional.empty()));
    return map;
  }
}
