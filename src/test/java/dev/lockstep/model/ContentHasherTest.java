package dev.lockstep.model;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentHasherTest {
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private final ContentHasher hasher = new ContentHasher(() -> KEY);

  private ContentHash hash(ObjectKey id, ObjectNode object) {
    return hasher.hash(Content.of(id.kind(), object));
  }

  /**
   * The vectors were computed apart from this code, by the description in the specification: bytes
   * 00000000 (type), 00000001 (count), 00000003 FOO, 00000003 bar, 00000000 (binaryData).
   */
  @Test
  void theFormatIsFixed() {
    assertThat(hash(configMap("any"), object(configMap("any"), Map.of("FOO", "bar"))))
        .hasToString("h1-513f2e3d4fe5fb3c13d2426297093422");
    assertThat(hash(secret("any"), object(secret("any"), Map.of("FOO", "bar"))))
        .hasToString("k3eb1-7df694eb6ca5a955306ea0917f39bef2");
  }

  @Test
  void theOrderOfKeysDoesNotCount() {
    ObjectNode oneWay = object(configMap("a"), Map.of());
    oneWay.withObject("/data").put("A", "1").put("B", "2");
    ObjectNode otherWay = object(configMap("a"), Map.of());
    otherWay.withObject("/data").put("B", "2").put("A", "1");
    assertThat(hash(configMap("a"), oneWay)).isEqualTo(hash(configMap("a"), otherWay));
  }

  @Test
  void whereAKeyEndsAndItsValueBeginsCounts() {
    assertThat(hash(configMap("a"), object(configMap("a"), Map.of("AB", "C"))))
        .isNotEqualTo(hash(configMap("a"), object(configMap("a"), Map.of("A", "BC"))));
  }

  @Test
  void textAndTheSameBytesInBinaryDataAreNotTheSame() {
    ObjectNode binary = object(configMap("a"), Map.of());
    binary.withObject("/binaryData").put("A", "MQ==");
    assertThat(hash(configMap("a"), binary))
        .isNotEqualTo(hash(configMap("a"), object(configMap("a"), Map.of("A", "1"))));
  }

  @Test
  void theTypeOfASecretCounts() {
    ObjectNode other =
        object(secret("a"), Map.of("A", "1")).put("type", "kubernetes.io/basic-auth");
    assertThat(hash(secret("a"), other))
        .isNotEqualTo(hash(secret("a"), object(secret("a"), Map.of("A", "1"))));
  }

  @Test
  void metadataDoesNotCount() {
    ObjectNode labelled = object(configMap("a"), Map.of("A", "1"));
    labelled.withObject("/metadata/labels").put("team", "blue");
    assertThat(hash(configMap("a"), labelled))
        .isEqualTo(hash(configMap("b"), object(configMap("b"), Map.of("A", "1"))));
  }

  @Test
  void noDataAndEmptyDataAreTheSame() {
    ObjectNode none = object(configMap("a"), Map.of());
    none.remove("data");
    ObjectNode nothing = object(configMap("a"), Map.of());
    nothing.putNull("data");
    assertThat(hash(configMap("a"), none))
        .isEqualTo(hash(configMap("a"), object(configMap("a"), Map.of())))
        .isEqualTo(hash(configMap("a"), nothing));
  }

  @Test
  void anotherKeyGivesAnotherScheme() {
    ContentHash ours = hash(secret("a"), object(secret("a"), Map.of("A", "1")));
    ContentHasher other = new ContentHasher(() -> new byte[32]);
    assertThat(hasher.knows(HeadKind.SECRET, ours)).isTrue();
    assertThat(other.knows(HeadKind.SECRET, ours)).isFalse();
  }

  @Test
  void configMapsNeedNoKey() {
    ContentHasher keyless =
        new ContentHasher(
            () -> {
              throw new AssertionError("the key was asked for");
            });
    Content content = Content.of(HeadKind.CONFIG_MAP, object(configMap("a"), Map.of("A", "1")));
    assertThat(keyless.knows(HeadKind.CONFIG_MAP, keyless.hash(content))).isTrue();
  }

  @Test
  void whatIsNotBase64IsToldWithoutQuotingIt() {
    ObjectNode bad = object(secret("a"), Map.of());
    bad.withObject("/data").put("password", "hunter2!");
    assertThatExceptionOfType(InvalidContentException.class)
        .isThrownBy(() -> Content.of(HeadKind.SECRET, bad))
        .withMessage("data[password] is not base64");
  }
}
