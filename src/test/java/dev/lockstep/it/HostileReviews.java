package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;

/**
 * What somebody may post who means harm: malformed, cut off, deeply nested, huge and made-up
 * reviews. The same seed makes the same ones.
 */
final class HostileReviews {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MEBIBYTE = 1024 * 1024;

  /** One in so many is as large as can be, or larger. */
  private static final int HUGE = 20;

  private static final List<String> TEXTS =
      List.of(
          "",
          "app-config",
          "app-config-v000",
          "app-config-v9999999",
          "../../secrets/foo",
          "~1",
          "a/b~0c",
          "%2e%2e",
          "\u0000",
          "\ud83d\ude00",
          "x".repeat(300),
          "v000",
          "configmap/app-config=v000",
          "enabled",
          "CREATE",
          "UPDATE",
          "v1");

  private static final List<String> KEYS =
      List.of(
          "metadata",
          "name",
          "namespace",
          "labels",
          "annotations",
          "data",
          "binaryData",
          "stringData",
          "type",
          "immutable",
          "spec",
          "template",
          "jobTemplate",
          "containers",
          "initContainers",
          "env",
          "envFrom",
          "valueFrom",
          "configMapRef",
          "secretKeyRef",
          "volumes",
          "projected",
          "sources",
          "items",
          "ownerReferences",
          "lockstep.dev/role",
          "lockstep.dev/version",
          "lockstep.dev/content",
          "lockstep.dev/newest",
          "lockstep.dev/bindings",
          "lockstep.dev/held",
          "lockstep.dev/baseline",
          "lockstep.dev/rebind",
          "lockstep.dev/keep-versions");

  private final Random random;
  private final List<ObjectNode> good;

  /**
   * @param good reviews that these are made of
   */
  HostileReviews(long seed, List<ObjectNode> good) {
    this.random = new Random(seed);
    this.good = good;
  }

  byte[] next(int number) {
    if (number % HUGE == 0) {
      return huge();
    }
    return switch (random.nextInt(7)) {
      case 0 -> noise();
      case 1 -> cutOff();
      case 2 -> scratched();
      case 3 -> nested(1 + random.nextInt(100_000));
      case 4 -> utf8(value(6).toString());
      case 5 -> withStrangeObject();
      default -> withStrangePart();
    };
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(4096)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] cutOff() {
    byte[] bytes = utf8(any(good).toString());
    return Arrays.copyOf(bytes, random.nextInt(bytes.length));
  }

  private byte[] scratched() {
    byte[] bytes = utf8(any(good).toString());
    for (int scratches = 1 + random.nextInt(5); scratches > 0; scratches--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private byte[] nested(int depth) {
    boolean lists = random.nextBoolean();
    String open = (lists ? "[" : "{\"a\":").repeat(depth);
    String inner = open + "1" + (random.nextBoolean() ? (lists ? "]" : "}").repeat(depth) : "");
    return utf8(random.nextBoolean() ? inner : goodWith(inner));
  }

  /** A review that is one, of an object that can't be. */
  private byte[] withStrangeObject() {
    ObjectNode review = any(good).deepCopy();
    ObjectNode request = (ObjectNode) review.path("request");
    request.set(random.nextBoolean() ? "object" : "oldObject", value(6));
    return utf8(review.toString());
  }

  /** A good review one part of which is something else. */
  private byte[] withStrangePart() {
    ObjectNode review = any(good).deepCopy();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      JsonNode place = review;
      while (!(place instanceof ObjectNode object
          && (random.nextInt(4) == 0 || object.isEmpty()))) {
        List<JsonNode> inside = parts(place);
        if (inside.isEmpty()) {
          break;
        }
        place = any(inside);
      }
      if (place instanceof ObjectNode object) {
        object.set(object.isEmpty() ? any(KEYS) : any(names(object)), value(3));
      }
    }
    return utf8(review.toString());
  }

  private static List<JsonNode> parts(JsonNode node) {
    List<JsonNode> parts = new ArrayList<>();
    node.forEach(parts::add);
    parts.removeIf(JsonNode::isValueNode);
    return parts;
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private JsonNode value(int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> JSON.nullNode();
      case 1 -> JSON.booleanNode(random.nextBoolean());
      case 2 -> JSON.numberNode(random.nextLong());
      case 3 -> JSON.numberNode(random.nextGaussian());
      case 4, 5 -> JSON.textNode(any(TEXTS));
      case 6 -> {
        ArrayNode list = JSON.arrayNode();
        for (int items = random.nextInt(5); items > 0; items--) {
          list.add(value(depth - 1));
        }
        yield list;
      }
      default -> {
        ObjectNode object = JSON.objectNode();
        for (int fields = random.nextInt(7); fields > 0; fields--) {
          object.set(random.nextInt(10) == 0 ? any(TEXTS) : any(KEYS), value(depth - 1));
        }
        yield object;
      }
    };
  }

  private byte[] huge() {
    String filling =
        switch (random.nextInt(6)) {
          case 0 -> "\"" + "x".repeat(15 * MEBIBYTE) + "\"";
          case 1 -> "\"" + "\\u003c".repeat(15 * MEBIBYTE / 6) + "\"";
          case 2 -> "[" + "{},".repeat(5 * MEBIBYTE) + "{}]";
          case 3 -> "[" + "{\"a\":0},".repeat(MEBIBYTE / 8) + "{}]";
          case 4 -> names(MEBIBYTE / 16);
          default -> "\"" + "x".repeat(17 * MEBIBYTE) + "\"";
        };
    return utf8(goodWith(filling));
  }

  /** A good review with this in the place of one of its texts. */
  private String goodWith(String json) {
    return any(good).toString().replaceFirst("\"bar\"", Matcher.quoteReplacement(json));
  }

  /** An object each of whose fields has another name. */
  private String names(int count) {
    StringBuilder object = new StringBuilder("{");
    for (int field = 0; field < count; field++) {
      object.append('"').append(Integer.toHexString(random.nextInt())).append("\":\"x\",");
    }
    return object.append("\"end\":\"x\"}").toString();
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
