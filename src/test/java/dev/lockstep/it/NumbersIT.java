package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static dev.lockstep.it.Reviews.HEADS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names up to their limit, and numbers that are kept and never given twice. */
@OnRealCluster
class NumbersIT {
  private static final String CONFIG_OF_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";
  private static final int LONGEST_HEAD = 248;

  private enum Kind {
    CONFIG_MAP("configmap"),
    SECRET("secret");

    final String singular;

    Kind(String singular) {
      this.singular = singular;
    }

    String manifest(String value) {
      return this == SECRET ? secret("app", "FOO", value) : configMap("app", "FOO", value);
    }
  }

  @Test
  void theLongestNameThatLeavesRoomForANumberHasVersions(Shop shop) {
    String name = "a".repeat(LONGEST_HEAD);

    shop.apply(configMap(name, "FOO", "bar") + workload("Deployment", "my-app", "app:1", name));

    JsonNode version = shop.get("configmap/" + name + "-v000");
    assertThat(version.at("/data/FOO").asText()).isEqualTo("bar");
    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo(name + "-v000");
  }

  @ParameterizedTest
  @ValueSource(ints = {LONGEST_HEAD + 1, 253})
  void aNameWithoutRoomForANumberIsDenied(int length, Shop shop) {
    String name = "a".repeat(length);
    ObjectNode head = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    head.putObject("metadata").put("name", name);
    head.putObject("data").put("FOO", "bar");

    Result applied = shop.tryApply(configMap(name, "FOO", "bar"));
    JsonNode status =
        new Reviews(shop.cluster()).answer(HEADS, Reviews.create(shop.name(), head)).path("status");

    assertThat(applied.exit()).isNotZero();
    assertThat(applied.err())
        .contains(
            "lockstep: cannot make a version for ConfigMap " + shop.name() + "/" + name + ": ",
            (length + "-v000".length()) + " characters",
            "lockstep.dev/versioned=false");
    assertThat(status.path("code").asInt()).isEqualTo(422);
    assertThat(shop.find("configmap/" + name)).isEmpty();
  }

  @Test
  void aNameWithoutRoomForANumberIsFineForWhatIsLeftOut(Shop shop) {
    String name = "a".repeat(253);
    ObjectNode leftOut = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    leftOut
        .withObject("/metadata")
        .put("name", name)
        .putObject("annotations")
        .put("lockstep.dev/versioned", "false");

    shop.apply(leftOut.toString() + "\n---\n" + workload("Deployment", "my-app", "app:1", name));

    assertThat(shop.get("configmap/" + name).at("/metadata/labels").isMissingNode()).isTrue();
    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText()).isEqualTo(name);
  }

  @Test
  void aNameThatIsTooLongForALabelIsShortenedThereAndKeptInFull(Shop shop) {
    String name = "config-of-a-team-that-likes-to-say-all-of-it-in-the-name-" + "x".repeat(40);
    String twin = name + "y";

    shop.apply(configMap(name, "FOO", "bar") + configMap(twin, "FOO", "bar"));
    JsonNode version = shop.awaitObject("configmap/" + name + "-v000");
    shop.awaitObject("configmap/" + twin + "-v000");
    shop.apply(configMap(name, "FOO", "baz"));
    shop.awaitObject("configmap/" + name + "-v001");
    shop.apply(configMap(name, "FOO", "bar"));

    assertThat(Shop.meta(version, "labels", "lockstep.dev/head")).isEqualTo(shortened(name));
    assertThat(Shop.meta(version, "annotations", "lockstep.dev/head-name")).isEqualTo(name);
    assertThat(shop.versionsOf("configmap", shortened(name)))
        .containsExactly(name + "-v000", name + "-v001");
    assertThat(shop.versionsOf("configmap", shortened(twin))).containsExactly(twin + "-v000");
    assertThat(current(shop, "configmap/" + name)).isEqualTo("v000");
  }

  @Test
  void afterV999ComesV1000(Shop shop) {
    ObjectNode head = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    head.putObject("data").put("FOO", "bar").put("BAR", "größer");
    head.putObject("binaryData").put("RAW", "AAEC/w==");
    ObjectNode metadata = head.putObject("metadata").put("name", "app");
    metadata
        .putObject("labels")
        .put("lockstep.dev/role", "head")
        .put("lockstep.dev/version", "v999")
        .put("lockstep.dev/content", DocumentedHash.of(head));
    metadata.putObject("annotations").put("lockstep.dev/newest", "v999");
    shop.tryKubectl(head.toString(), "create", "-f", "-").orFail();
    shop.awaitObject("configmap/app-v999");

    shop.apply(configMap("app", "FOO", "baz") + workload("Deployment", "my-app", "app:1", "app"));
    shop.apply(configMap("app", "FOO", "third"));
    shop.awaitObject("configmap/app-v1001");

    assertThat(shop.versionsOf("configmap", "app"))
        .containsExactlyInAnyOrder("app-v999", "app-v1000", "app-v1001");
    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-v1000");
    assertThat(newest(shop, "configmap/app")).isEqualTo("v1001");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aHeadThatWasDeletedGoesOnCounting(Kind kind, Shop shop) {
    String head = kind.singular + "/app";
    shop.apply(kind.manifest("one"));
    shop.apply(kind.manifest("two"));
    shop.awaitObject(head + "-v001");
    shop.kubectl("delete", head);

    shop.apply(kind.manifest("three"));
    shop.awaitObject(head + "-v002");
    shop.kubectl("delete", head);
    shop.apply(kind.manifest("one"));

    assertThat(current(shop, head)).isEqualTo("v000");
    assertThat(newest(shop, head)).isEqualTo("v002");
    assertThat(shop.versionsOf(kind.singular, "app"))
        .containsExactly("app-v000", "app-v001", "app-v002");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void headsThatAreRestoredBeforeTheirVersionsKeepTheirNumbers(Kind kind, Shop shop) {
    Backup backup = Backup.of(shop, kind);
    Shop restored = Shop.open(shop.cluster());

    restore(restored, backup.head());
    // The current version is there by then, made from the head; the others are as they were.
    restored.awaitObject(kind.singular + "/app-v000");
    backup.versions().stream()
        .filter(version -> !name(version).equals("app-v000"))
        .forEach(version -> restore(restored, version));

    assertCountsOn(restored, kind);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void headsThatAreRestoredAfterTheirVersionsKeepTheirNumbers(Kind kind, Shop shop) {
    Backup backup = Backup.of(shop, kind);
    Shop restored = Shop.open(shop.cluster());

    backup.versions().forEach(version -> restore(restored, version));
    restore(restored, backup.head());

    assertCountsOn(restored, kind);
  }

  @Test
  void aHeadThatIsRestoredWhereItsNumberIsTakenGetsAnother(Shop shop) {
    Backup backup = Backup.of(shop, Kind.CONFIG_MAP);
    Shop restored = Shop.open(shop.cluster());
    restored.apply(configMap("app-v000", "mine", "0"));

    restore(restored, backup.head());

    assertThat(restored.awaitObject("configmap/app-v001").at("/data/FOO").asText())
        .isEqualTo("one");
    assertThat(restored.get("configmap/app-v000").at("/data/mine").asText()).isEqualTo("0");
  }

  /** {@code one, two, three, one}: current is v000, newest is v002. */
  private record Backup(JsonNode head, List<JsonNode> versions) {
    static Backup of(Shop shop, Kind kind) {
      String head = kind.singular + "/app";
      for (String value : List.of("one", "two", "three", "one")) {
        shop.apply(kind.manifest(value));
      }
      return new Backup(
          shop.get(head),
          List.of(
              shop.awaitObject(head + "-v000"),
              shop.awaitObject(head + "-v001"),
              shop.awaitObject(head + "-v002")));
    }
  }

  private static void assertCountsOn(Shop shop, Kind kind) {
    String head = kind.singular + "/app";
    assertThat(current(shop, head)).isEqualTo("v000");
    assertThat(newest(shop, head)).isEqualTo("v002");
    assertThat(shop.versionsOf(kind.singular, "app"))
        .containsExactly("app-v000", "app-v001", "app-v002");

    shop.apply(kind.manifest("two"));
    assertThat(current(shop, head)).isEqualTo("v001");
    shop.apply(kind.manifest("four"));
    assertThat(current(shop, head)).isEqualTo("v003");
    shop.awaitObject(head + "-v003");
  }

  /** Creates an object as backup tools do: without what the API server gave it. */
  private static void restore(Shop shop, JsonNode object) {
    ObjectNode copy = object.deepCopy();
    copy.withObject("/metadata")
        .remove(List.of("namespace", "uid", "resourceVersion", "creationTimestamp"));
    shop.tryKubectl(copy.toString(), "create", "-f", "-").orFail();
  }

  private static String current(Shop shop, String head) {
    return Shop.meta(shop.get(head), "labels", "lockstep.dev/version");
  }

  private static String newest(Shop shop, String head) {
    return Shop.meta(shop.get(head), "annotations", "lockstep.dev/newest");
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  /** As documented: the first 52 characters, and 10 digits of the SHA-256 of all. */
  private static String shortened(String name) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return name.substring(0, 52) + "-" + HexFormat.of().formatHex(hash).substring(0, 10);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
