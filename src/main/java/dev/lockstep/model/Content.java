package dev.lockstep.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a ConfigMap or Secret holds, decoded: two objects with equal content are interchangeable for
 * those who read them. Never printed.
 */
public final class Content {
  private final HeadKind kind;
  private final String type;
  private final SortedMap<String, byte[]> data;
  private final SortedMap<String, byte[]> binaryData;

  private Content(
      HeadKind kind,
      String type,
      SortedMap<String, byte[]> data,
      SortedMap<String, byte[]> binaryData) {
    this.kind = kind;
    this.type = type;
    this.data = data;
    this.binaryData = binaryData;
  }

  /**
   * @throws InvalidContentException if what should be base64 is not
   */
  public static Content of(HeadKind kind, JsonNode object) {
    return switch (kind) {
      case CONFIG_MAP ->
          new Content(kind, "", plain(object.path("data")), base64(object, "binaryData"));
      case SECRET ->
          new Content(
              kind,
              KubernetesJson.text(object.path("type")).orElse("Opaque"),
              base64(object, "data"),
              new TreeMap<>());
    };
  }

  HeadKind kind() {
    return kind;
  }

  String type() {
    return type;
  }

  /** Sorted by key; keys are ASCII, so by their bytes too. */
  SortedMap<String, byte[]> data() {
    return data;
  }

  SortedMap<String, byte[]> binaryData() {
    return binaryData;
  }

  /** Whether a container can read this key from it. */
  public boolean hasKey(String key) {
    return data.containsKey(key) || binaryData.containsKey(key);
  }

  public boolean sameAs(Content other) {
    return kind == other.kind
        && type.equals(other.type)
        && same(data, other.data)
        && same(binaryData, other.binaryData);
  }

  private static boolean same(Map<String, byte[]> left, Map<String, byte[]> right) {
    return left.keySet().equals(right.keySet())
        && left.entrySet().stream()
            .allMatch(entry -> Arrays.equals(entry.getValue(), right.get(entry.getKey())));
  }

  private static SortedMap<String, byte[]> plain(JsonNode map) {
    SortedMap<String, byte[]> decoded = new TreeMap<>();
    for (var entry : KubernetesJson.entries(map)) {
      decoded.put(entry.getKey(), entry.getValue().asText("").getBytes(StandardCharsets.UTF_8));
    }
    return decoded;
  }

  private static SortedMap<String, byte[]> base64(JsonNode object, String field) {
    SortedMap<String, byte[]> decoded = new TreeMap<>();
    for (var entry : KubernetesJson.entries(object.path(field))) {
      try {
        decoded.put(entry.getKey(), Base64.getDecoder().decode(entry.getValue().asText("")));
      } catch (IllegalArgumentException e) {
        // The decoder's own message would quote the value.
        throw new InvalidContentException(field + "[" + entry.getKey() + "] is not base64");
      }
    }
    return decoded;
  }

  @Override
  public String toString() {
    return kind.kind() + " content of " + (data.size() + binaryData.size()) + " keys";
  }
}
