package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON Merge Patch (RFC 7386) of an object's metadata.
 *
 * <pre>{@code
 * new MetadataPatch().ifUnchanged(uid, resourceVersion).annotation(UNUSED_SINCE, Optional.empty())
 * }</pre>
 */
final class MetadataPatch {
  private final ObjectNode patch = JsonNodeFactory.instance.objectNode();
  private final ObjectNode metadata = patch.putObject("metadata");

  /** The API server answers 409 if the object is another one, or has changed since. */
  MetadataPatch ifUnchanged(String uid, String resourceVersion) {
    metadata.put("uid", uid);
    return ifUnchanged(resourceVersion);
  }

  MetadataPatch ifUnchanged(String resourceVersion) {
    metadata.put("resourceVersion", resourceVersion);
    return this;
  }

  /**
   * @param labels empty: removes it
   */
  MetadataPatch labels(Map<String, Optional<String>> labels) {
    put(metadata.withObject("labels"), labels);
    return this;
  }

  /**
   * @param annotations empty: removes it
   */
  MetadataPatch annotations(Map<String, Optional<String>> annotations) {
    put(metadata.withObject("annotations"), annotations);
    return this;
  }

  MetadataPatch annotation(String key, Optional<String> value) {
    return annotations(Map.of(key, value));
  }

  private static void put(ObjectNode map, Map<String, Optional<String>> entries) {
    entries.forEach((key, value) -> map.put(key, value.orElse(null)));
  }

  /** To be extended by fields beside the metadata. */
  ObjectNode toJson() {
    return patch;
  }
}
