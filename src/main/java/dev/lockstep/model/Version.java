package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * An object that really is a version: labelled so, immutable, named after its head and number, and
 * with the content that its hash says. Anything else that looks like one is an ordinary object.
 */
public record Version(ObjectKey id, ObjectKey head, VersionNumber number, Content content) {
  private static final int MAX_LABEL_LENGTH = 63;
  private static final int KEPT_OF_LONG_NAME = 52;
  private static final int HASH_BYTES_OF_LONG_NAME = 5;

  /** Reads an object back from the API server; empty if it is no version. */
  public static Optional<Version> of(ObjectKey id, JsonNode object, ContentHasher hasher) {
    if (KubernetesJson.label(object, Labels.ROLE).filter(Labels.VERSION_ROLE::equals).isEmpty()
        || !object.path("immutable").asBoolean(false)) {
      return Optional.empty();
    }
    Optional<VersionName> name = VersionName.parse(id.name()).filter(n -> isSigned(object, n));
    Optional<ContentHash> hash =
        KubernetesJson.label(object, Labels.CONTENT).flatMap(ContentHash::parse);
    if (name.isEmpty() || hash.isEmpty()) {
      return Optional.empty();
    }
    Content content = Content.of(id.kind(), object);
    // A hash of another scheme can't be checked; the content was immutable ever since.
    if (hasher.knows(id.kind(), hash.get()) && !hasher.hash(content).equals(hash.get())) {
      return Optional.empty();
    }
    return Optional.of(new Version(id, id.named(name.get().head()), name.get().number(), content));
  }

  /** Whether metadata agrees with the name: all that can be seen without the content. */
  public static boolean isSigned(JsonNode object, VersionName name) {
    return KubernetesJson.annotation(object, Annotations.HEAD_NAME)
            .filter(name.head()::equals)
            .isPresent()
        && KubernetesJson.label(object, Labels.HEAD)
            .filter(headLabel(name.head())::equals)
            .isPresent()
        && KubernetesJson.label(object, Labels.VERSION)
            .filter(name.number().toString()::equals)
            .isPresent();
  }

  public static ObjectKey id(ObjectKey head, VersionNumber number) {
    return head.named(new VersionName(head.name(), number).toString());
  }

  /**
   * The object to create for a version: the content and our own metadata, nothing else of the
   * source's (its last-applied annotation holds the data again, its tracking labels would make
   * tools prune or adopt the version, an owner would take it away from running pods).
   */
  public static ObjectNode object(
      ObjectKey head,
      JsonNode source,
      VersionNumber number,
      ContentHash hash,
      Optional<String> changedBy) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", "v1").put("kind", head.kind().kind());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", id(head, number).name()).put("namespace", head.namespace());
    metadata
        .putObject("labels")
        .put(Labels.ROLE, Labels.VERSION_ROLE)
        .put(Labels.HEAD, headLabel(head.name()))
        .put(Labels.VERSION, number.toString())
        .put(Labels.CONTENT, hash.toString());
    ObjectNode annotations =
        metadata.putObject("annotations").put(Annotations.HEAD_NAME, head.name());
    changedBy.ifPresent(user -> annotations.put(Annotations.CHANGED_BY, user));
    for (String field : new String[] {"type", "data", "binaryData"}) {
      if (source.hasNonNull(field)) {
        object.set(field, source.get(field));
      }
    }
    return object.put("immutable", true);
  }

  /** A head's name as a label's value: names over 63 characters are shortened, with a hash. */
  public static String headLabel(String headName) {
    if (headName.length() <= MAX_LABEL_LENGTH) {
      return headName;
    }
    byte[] hash = ContentHasher.sha256().digest(headName.getBytes(StandardCharsets.UTF_8));
    return headName.substring(0, KEPT_OF_LONG_NAME)
        + "-"
        + HexFormat.of().formatHex(hash, 0, HASH_BYTES_OF_LONG_NAME);
  }
}
