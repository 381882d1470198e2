package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Keys;
import dev.lockstep.version.Version;
import dev.lockstep.version.VersionName;
import java.time.Instant;
import java.util.Map;

/** Metadata of heads and versions, as the API server lists it. */
public final class Made {
  public static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  private Made() {}

  /** A version from long ago that nobody marked. */
  public static Candidate version(String name) {
    return version(HeadKind.CONFIG_MAP, name, Map.of());
  }

  public static Candidate version(HeadKind kind, String name, Map<String, String> annotations) {
    return Candidate.of(kind, object(name, annotations)).orElseThrow();
  }

  public static Candidate markedVersion(String name, Instant since) {
    return version(HeadKind.CONFIG_MAP, name, Map.of(Keys.UNUSED_SINCE, since.toString()));
  }

  static ObjectNode object(String name, Map<String, String> annotations) {
    VersionName parsed = VersionName.parse(name).orElseThrow();
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = object.putObject("metadata");
    metadata
        .put("namespace", "shop")
        .put("name", name)
        .put("creationTimestamp", LONG_AGO.toString())
        .put("uid", "uid of " + name)
        .put("resourceVersion", "17");
    metadata
        .putObject("labels")
        .put(Keys.ROLE, Keys.VERSION_ROLE)
        .put(Keys.HEAD, Version.headLabel(parsed.head()))
        .put(Keys.VERSION, parsed.number().toString());
    ObjectNode all = metadata.putObject("annotations").put(Keys.HEAD_NAME, parsed.head());
    annotations.forEach(all::put);
    return object;
  }

  public static HeadRef ref(String name) {
    return new HeadRef(HeadKind.CONFIG_MAP, name);
  }

  /** A head at this version. */
  public static JsonNode head(String name, String current, Map<String, String> annotations) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = object.putObject("metadata").put("name", name);
    metadata.putObject("labels").put(Keys.ROLE, Keys.HEAD_ROLE).put(Keys.VERSION, current);
    ObjectNode all = metadata.putObject("annotations");
    annotations.forEach(all::put);
    return object;
  }
}
