package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.Labels;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import java.time.Instant;
import java.util.Map;

/** Metadata of heads and versions, as the API server lists it. */
public final class Made {
  public static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");

  private Made() {}

  /** A version from long ago that nobody marked. */
  public static RetentionCandidate version(String name) {
    return version(HeadKind.CONFIG_MAP, name, Map.of());
  }

  public static RetentionCandidate version(
      HeadKind kind, String name, Map<String, String> annotations) {
    return RetentionCandidate.of(kind, object(name, annotations)).orElseThrow();
  }

  public static RetentionCandidate markedVersion(String name, Instant since) {
    return version(HeadKind.CONFIG_MAP, name, Map.of(Annotations.UNUSED_SINCE, since.toString()));
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
        .put(Labels.ROLE, Labels.VERSION_ROLE)
        .put(Labels.HEAD, Version.headLabel(parsed.head()))
        .put(Labels.VERSION, parsed.number().toString());
    ObjectNode all = metadata.putObject("annotations").put(Annotations.HEAD_NAME, parsed.head());
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
    metadata.putObject("labels").put(Labels.ROLE, Labels.HEAD_ROLE).put(Labels.VERSION, current);
    ObjectNode all = metadata.putObject("annotations");
    annotations.forEach(all::put);
    return object;
  }
}
