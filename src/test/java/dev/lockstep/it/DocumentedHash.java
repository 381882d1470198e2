package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The hash of a ConfigMap as the documentation has it, computed without the server's code: type
 * (empty), data and binaryData; a map is its count, then key and value sorted by key; each string
 * is preceded by its length; numbers are 4 bytes, big-endian.
 */
final class DocumentedHash {
  private static final int DIGITS = 32;

  private final MessageDigest digest;

  private DocumentedHash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The label {@code lockstep.dev/content} of a ConfigMap. */
  static String of(JsonNode configMap) {
    DocumentedHash hash = new DocumentedHash();
    hash.string(new byte[0]);
    hash.map(configMap.path("data"), text -> text.getBytes(StandardCharsets.UTF_8));
    hash.map(configMap.path("binaryData"), Base64.getDecoder()::decode);
    return "h1-" + HexFormat.of().formatHex(hash.digest.digest()).substring(0, DIGITS);
  }

  private void map(JsonNode map, Function<String, byte[]> decode) {
    TreeMap<String, String> sorted = new TreeMap<>();
    map.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue().asText()));
    number(sorted.size());
    sorted.forEach(
        (key, value) -> {
          string(key.getBytes(StandardCharsets.UTF_8));
          string(decode.apply(value));
        });
  }

  private void string(byte[] bytes) {
    number(bytes.length);
    digest.update(bytes);
  }

  private void number(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
  }
}
