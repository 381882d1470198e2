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
 * shown where data is masked, and a plain hash of a short password can be guessed. The Secret's
 * namespace and name are hashed with it: else whoever may make a Secret anywhere could compare a
 * guess with the label of a Secret that he can't read. What is restored into another namespace
 * brings hashes along that say nothing there: so the scheme names key and namespace.
 *
 * <p>Hashed are (of a Secret: namespace, name,) type, data and binaryData; a map is its count, then
 * each key and decoded value in the order of the keys; each string is preceded by its length;
 * counts and lengths are 4 bytes, big-endian.
 */
public final class ContentHasher {
  private static final String CONFIG_MAP_SCHEME = "h1";

  /** Before it there was {@code k} with 4 digits, for the content alone: it is not compared. */
  private static final String KEYED_SCHEME = "k2";

  private static final int HASH_BYTES = 16;
  private static final int KEY_ID_BYTES = 2;

  private final Supplier<byte[]> secretKey;

  /**
   * @param secretKey 32 bytes, asked for only when a Secret is hashed
   */
  public ContentHasher(Supplier<byte[]> secretKey) {
    this.secretKey = secretKey;
  }

  /**
   * @param head whose content it is or was; the same for all its versions
   */
  public ContentHash hash(ObjectKey head, Content content) {
    return switch (content.kind()) {
      case CONFIG_MAP -> plain(content);
      case SECRET -> keyed(head, content, secretKey.get());
    };
  }

  /**
   * Whether this hash can be compared with ours: same scheme, same key, same namespace.
   *
   * @param head whose hash it is, or that of one of its versions
   */
  public boolean knows(ObjectKey head, ContentHash hash) {
    return hash.scheme().equals(scheme(head));
  }

  private String scheme(ObjectKey head) {
    return head.kind() == HeadKind.CONFIG_MAP
        ? CONFIG_MAP_SCHEME
        : keyScheme(head, mac(secretKey.get()));
  }

  private static ContentHash plain(Content content) {
    MessageDigest digest = sha256();
    feed(content, digest::update);
    return new ContentHash(CONFIG_MAP_SCHEME, hex(digest.digest(), HASH_BYTES));
  }

  private static ContentHash keyed(ObjectKey head, Content content, byte[] key) {
    Mac mac = mac(key);
    String scheme = keyScheme(head, mac);
    string(head.namespace().getBytes(StandardCharsets.UTF_8), mac::update);
    string(head.name().getBytes(StandardCharsets.UTF_8), mac::update);
    feed(content, mac::update);
    return new ContentHash(scheme, hex(mac.doFinal(), HASH_BYTES));
  }

  private static String keyScheme(ObjectKey head, Mac mac) {
    string(head.namespace().getBytes(StandardCharsets.UTF_8), mac::update);
    return KEYED_SCHEME + hex(mac.doFinal(), KEY_ID_BYTES);
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
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
