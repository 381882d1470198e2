package dev.lockstep.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Hashes contents. A ConfigMap's hash is plain SHA-256; a Secret's is keyed, because labels are
 * shown where data is masked, and a plain hash of a short password can be guessed.
 *
 * <p>Hashed are type, data and binaryData; a map is its count, then each key and decoded value in
 * the order of the keys; each string is preceded by its length; counts and lengths are 4 bytes,
 * big-endian.
 */
public final class ContentHasher {
  private static final String CONFIG_MAP_SCHEME = "h1";
  private static final int HASH_BYTES = 16;
  private static final int KEY_ID_BYTES = 2;

  private final Supplier<byte[]> secretKey;

  /**
   * @param secretKey 32 bytes, asked for only when a Secret is hashed
   */
  public ContentHasher(Supplier<byte[]> secretKey) {
    this.secretKey = secretKey;
  }

  public ContentHash hash(Content content) {
    return switch (content.kind()) {
      case CONFIG_MAP -> plain(content);
      case SECRET -> keyed(content, secretKey.get());
    };
  }

  /** Whether this hash can be compared with ours: same scheme, same key. */
  public boolean knows(HeadKind kind, ContentHash hash) {
    return hash.scheme().equals(scheme(kind));
  }

  private String scheme(HeadKind kind) {
    return kind == HeadKind.CONFIG_MAP ? CONFIG_MAP_SCHEME : keyScheme(secretKey.get());
  }

  private static ContentHash plain(Content content) {
    MessageDigest digest = sha256();
    feed(content, digest::update);
    return new ContentHash(CONFIG_MAP_SCHEME, hex(digest.digest(), HASH_BYTES));
  }

  private static ContentHash keyed(Content content, byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      feed(content, mac::update);
      return new ContentHash(keyScheme(key), hex(mac.doFinal(), HASH_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static String keyScheme(byte[] key) {
    return "k" + hex(sha256().digest(key), KEY_ID_BYTES);
  }

  private static void feed(Content content, Consumer<byte[]> sink) {
    string(content.type().getBytes(StandardCharsets.UTF_8), sink);
    map(content.data(), sink);
    map(content.binaryData(), sink);
  }

  private static void map(SortedMap<String, byte[]> map, Consumer<byte[]> sink) {
    sink.accept(number(map.size()));
    map.forEach(
        (key, value) -> {
          string(key.getBytes(StandardCharsets.UTF_8), sink);
          string(value, sink);
        });
  }

  private static void string(byte[] bytes, Consumer<byte[]> sink) {
    sink.accept(number(bytes.length));
    sink.accept(bytes);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes, int length) {
    return HexFormat.of().formatHex(Arrays.copyOf(bytes, length));
  }
}
