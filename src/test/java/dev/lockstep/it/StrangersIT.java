package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects of others under versions' names, and metadata that looks like ours. */
@OnRealCluster
class StrangersIT {
  private static final String CONFIG_OF_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";
  private static final String BINDINGS =
      "/spec/template/metadata/annotations/lockstep.dev~1bindings";
  private static final String HASH_OF_OLDER_LOCKSTEP = "h0-0123456789abcdef0123456789abcdef";

  @Test
  void anOrdinaryObjectUnderTheNextNameIsSteppedOver(Shop shop) {
    shop.apply(
        configMap("app-config-v000", "mine", "0") + configMap("app-config-v002", "mine", "2"));

    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v001");
    shop.apply(configMap("app-config", "FOO", "baz"));
    shop.awaitObject("configmap/app-config-v003");

    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v001", "app-config-v003");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("bar");
    assertThat(foo(shop, "app-config-v003")).isEqualTo("baz");
    assertThat(shop.get("configmap/app-config-v000").path("data").toString())
        .isEqualTo("{\"mine\":\"0\"}");
    assertThat(shop.get("configmap/app-config-v002").path("data").toString())
        .isEqualTo("{\"mine\":\"2\"}");
  }

  @Test
  void aHeadMayHaveTheNameOfAnothersVersion(Shop shop) {
    shop.apply(configMap("a-v000", "FOO", "of a-v000"));
    shop.apply(configMap("a", "FOO", "of a") + workload("Deployment", "my-app", "app:1", "a"));
    shop.apply(workload("Deployment", "other-app", "app:1", "a-v000"));
    shop.awaitObject("configmap/a-v000-v000");

    assertThat(shop.versionsOf("configmap", "a")).containsExactly("a-v001");
    assertThat(shop.versionsOf("configmap", "a-v000")).containsExactly("a-v000-v000");
    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText()).isEqualTo("a-v001");
    assertThat(shop.get("deployment/other-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("a-v000-v000");
    assertThat(foo(shop, "a-v001")).isEqualTo("of a");
    assertThat(foo(shop, "a-v000-v000")).isEqualTo("of a-v000");
  }

  @ParameterizedTest(name = "immutable: {0}, content: {1}, head: {2}")
  @CsvSource({"true, other, app-config", "false, bar, app-config", "true, bar, other-config"})
  void whatOnlyLooksLikeAVersionIsSteppedOver(
      boolean immutable, String value, String head, Shop shop) {
    ObjectNode forged =
        with(version("app-config", "v000", value), DocumentedHash.of(foo("bar")), immutable);
    forged.withObject("/metadata/annotations").put("lockstep.dev/head-name", head);
    create(shop, forged);
    JsonNode before = shop.get("configmap/app-config-v000");

    shop.apply(
        configMap("app-config", "FOO", "bar")
            + workload("Deployment", "my-app", "app:1", "app-config"));

    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-config-v001");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("bar");
    assertThat(shop.get("configmap/app-config-v000")).isEqualTo(before);
  }

  @Test
  void aVersionWhoseContentIsNotItsHashIsNotUsedAgain(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    create(shop, with(version("app-config", "v005", "other"), DocumentedHash.of(foo("baz")), true));

    shop.apply(
        configMap("app-config", "FOO", "baz")
            + workload("Deployment", "my-app", "app:1", "app-config"));

    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-config-v001");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("baz");
  }

  @Test
  void aVersionWhoseContentIsNotItsHashIsNotBound(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    create(shop, with(version("app-config", "v005", "other"), DocumentedHash.of(foo("bar")), true));
    ObjectNode deployment = deployment(shop, "app-config-v005");
    deployment
        .withObject("/spec/template/metadata/annotations")
        .put("lockstep.dev/bindings", "configmap/app-config=v005");

    shop.apply(deployment.toString());

    JsonNode applied = shop.get("deployment/my-app");
    assertThat(applied.at(CONFIG_OF_CONTAINER).asText()).isEqualTo("app-config-v005");
    assertThat(applied.at(BINDINGS).isMissingNode()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNameThatIsTakenAfterTheHeadWasStampedIsGivenUp(boolean headIsTouched, Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap", "app-config-v000");
    shop.apply(configMap("app-config-v000", "mine", "0"));

    if (headIsTouched) {
      shop.kubectl("label", "configmap", "app-config", "touched=yes");
      awaitVersion(shop, "app-config", "v001");
    }
    shop.apply(workload("Deployment", "my-app", "app:1", "app-config"));

    JsonNode head = shop.get("configmap/app-config");
    assertThat(Shop.meta(head, "labels", "lockstep.dev/version")).isEqualTo("v001");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/newest")).isEqualTo("v001");
    assertThat(head.at("/metadata/annotations").has("lockstep.dev/restamp")).isFalse();
    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-config-v001");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("bar");
    assertThat(shop.get("configmap/app-config-v000").at("/data/mine").asText()).isEqualTo("0");
  }

  @Test
  void aPredecessorWhoseNameIsTakenKeepsItsContentUnderTheNextNumber(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap", "app-config-v000");
    shop.apply(configMap("app-config-v000", "mine", "0"));

    shop.apply(configMap("app-config", "FOO", "baz"));
    shop.awaitObject("configmap/app-config-v002");

    assertThat(foo(shop, "app-config-v001")).isEqualTo("bar");
    assertThat(foo(shop, "app-config-v002")).isEqualTo("baz");
    assertThat(shop.get("configmap/app-config-v000").at("/data/mine").asText()).isEqualTo("0");
  }

  @Test
  void aCurrentVersionThatWasDeletedIsThereForTheNextWorkload(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap", "app-config-v000");

    shop.apply(workload("Deployment", "my-app", "app:1", "app-config"));

    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-config-v000");
    assertThat(foo(shop, "app-config-v000")).isEqualTo("bar");
  }

  @Test
  void aCurrentVersionThatWasDeletedComesBackWhenTheHeadIsTouched(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap", "app-config-v000");

    shop.kubectl("label", "configmap", "app-config", "touched=yes");

    shop.awaitObject("configmap/app-config-v000");
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
  }

  @Test
  void aForgedStampIsPutBack(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    JsonNode before = shop.get("configmap/app-config");

    shop.kubectl("label", "--overwrite", "configmap", "app-config", "lockstep.dev/version=v007");
    shop.kubectl("label", "--overwrite", "configmap", "app-config", "lockstep.dev/role=version");
    shop.kubectl("label", "configmap", "app-config", "lockstep.dev/role-");
    shop.kubectl(
        "label",
        "--overwrite",
        "configmap",
        "app-config",
        "lockstep.dev/content=" + HASH_OF_OLDER_LOCKSTEP);
    shop.kubectl(
        "annotate",
        "--overwrite",
        "configmap",
        "app-config",
        "lockstep.dev/newest=v070",
        "lockstep.dev/changed-by=mallory",
        "lockstep.dev/restamp=v000");

    JsonNode after = shop.get("configmap/app-config");
    assertThat(after.at("/metadata/labels")).isEqualTo(before.at("/metadata/labels"));
    assertThat(after.at("/metadata/annotations")).isEqualTo(before.at("/metadata/annotations"));
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
  }

  @Test
  void aForgedStampOfNewContentIsWithoutEffect(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    ObjectNode forged = named(foo("baz"), "app-config");
    stamp(forged, "v041", DocumentedHash.of(foo("baz")), "v042");

    shop.apply(forged.toString());

    JsonNode head = shop.get("configmap/app-config");
    assertThat(Shop.meta(head, "labels", "lockstep.dev/version")).isEqualTo("v001");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/newest")).isEqualTo("v001");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/changed-by")).isEqualTo("admin");
  }

  @Test
  void aCreateWithAWrongHashIsStampedAnew(Shop shop) {
    ObjectNode forged = named(foo("bar"), "app-config");
    stamp(forged, "v041", DocumentedHash.of(foo("baz")), "v042");

    create(shop, forged);

    JsonNode head = shop.get("configmap/app-config");
    assertThat(Shop.meta(head, "labels", "lockstep.dev/version")).isEqualTo("v000");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/newest")).isEqualTo("v000");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/changed-by")).isEqualTo("admin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lockstep.dev/role-",
        "lockstep.dev/role=head",
        "lockstep.dev/head=other",
        "lockstep.dev/version=v007",
        "lockstep.dev/content=h1-00000000000000000000000000000000"
      })
  void whateverIsDoneToAVersionsLabelsTheRightContentIsBound(String forged, Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("label", "--overwrite", "configmap", "app-config-v000", forged);

    shop.apply(workload("Deployment", "my-app", "app:1", "app-config"));

    JsonNode deployment = shop.get("deployment/my-app");
    JsonNode bound = shop.get("configmap/" + deployment.at(CONFIG_OF_CONTAINER).asText());
    assertThat(bound.at("/data/FOO").asText()).isEqualTo("bar");
    assertThat(bound.path("immutable").asBoolean()).isTrue();
    assertThat(deployment.at(BINDINGS).asText())
        .isEqualTo("configmap/app-config=" + Shop.meta(bound, "labels", "lockstep.dev/version"));
    assertThat(Shop.meta(shop.get("configmap/app-config"), "labels", "lockstep.dev/version"))
        .isEqualTo(Shop.meta(bound, "labels", "lockstep.dev/version"));
  }

  @Test
  void forgedAnnotationsOfAWorkloadAreWithoutEffect(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    ObjectNode deployment = deployment(shop, "app-config");
    deployment
        .withObject("/spec/template/metadata/annotations")
        .put("lockstep.dev/bindings", "configmap/app-config=v777,secret/x=v000,rubbish");
    deployment
        .withObject("/metadata/annotations")
        .put("lockstep.dev/held", "configmap/app-config=v777")
        .put("lockstep.dev/baseline", "configmap/app-config=v778")
        .put("lockstep.dev/waiting", "configmap/app-config");

    shop.apply(deployment.toString());

    JsonNode applied = shop.get("deployment/my-app");
    assertThat(applied.at(CONFIG_OF_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(applied.at(BINDINGS).asText()).isEqualTo("configmap/app-config=v000");
    assertThat(applied.at("/metadata/annotations").properties())
        .extracting(Map.Entry::getKey)
        .doesNotContain("lockstep.dev/held", "lockstep.dev/baseline", "lockstep.dev/waiting");
  }

  @ParameterizedTest
  @ValueSource(strings = {"head", "version", "both"})
  void aHashOfAnUnknownSchemeMakesNoVersionAndNoRollout(String where, Shop shop) {
    String manifests =
        configMap("app-config", "FOO", "bar")
            + workload("Deployment", "my-app", "app:1", "app-config");
    shop.apply(manifests);
    JsonNode head = shop.get("configmap/app-config");
    long generation = shop.get("deployment/my-app").at("/metadata/generation").asLong();
    optOut(shop);
    String forged = "lockstep.dev/content=" + HASH_OF_OLDER_LOCKSTEP;
    if (!where.equals("version")) {
      shop.kubectl("label", "--overwrite", "configmap", "app-config", forged);
    }
    if (!where.equals("head")) {
      shop.kubectl("label", "--overwrite", "configmap", "app-config-v000", forged);
    }
    shop.optIn();

    shop.kubectl("annotate", "configmap", "app-config", "touched=yes");
    shop.apply(manifests);

    JsonNode after = shop.get("configmap/app-config");
    assertThat(after.at("/metadata/labels")).isEqualTo(head.at("/metadata/labels"));
    assertThat(Shop.meta(after, "annotations", "lockstep.dev/newest")).isEqualTo("v000");
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
    JsonNode deployment = shop.get("deployment/my-app");
    assertThat(deployment.at(CONFIG_OF_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(deployment.at("/metadata/generation").asLong()).isEqualTo(generation);
  }

  @Test
  void contentThatWasWrittenWhileOptedOutIsNeverClonedUnderTheOldNumber(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    optOut(shop);
    shop.apply(configMap("app-config", "FOO", "unseen"));
    shop.optIn();

    shop.apply(configMap("app-config", "FOO", "baz"));
    shop.awaitObject("configmap/app-config-v002");

    assertThat(foo(shop, "app-config-v000")).isEqualTo("bar");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("unseen");
    assertThat(foo(shop, "app-config-v002")).isEqualTo("baz");
  }

  /** The patch that asks again changes nothing then, and has to reach the webhook all the same. */
  @Test
  void aHeadThatWasAskedToBeStampedWhenNobodyListenedIsStampedWhenItIsNamed(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.kubectl("annotate", "configmap", "app-config", "lockstep.dev/restamp=");
    shop.optIn();

    shop.apply(workload("Deployment", "my-app", "app:1", "app-config"));

    assertThat(shop.get("deployment/my-app").at(CONFIG_OF_CONTAINER).asText())
        .isEqualTo("app-config-v000");
    assertThat(shop.get("configmap/app-config").at("/metadata/annotations").properties())
        .extracting(Map.Entry::getKey)
        .doesNotContain("lockstep.dev/restamp");
  }

  private static void optOut(Shop shop) {
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning-");
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                shop.kubectl(
                        "create",
                        "configmap",
                        "is-it-off",
                        "--from-literal=a=b",
                        "--dry-run=server",
                        "-o",
                        "jsonpath={.metadata.labels}")
                    .out()
                    .isEmpty());
  }

  private static void awaitVersion(Shop shop, String head, String version) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                Shop.meta(shop.get("configmap/" + head), "labels", "lockstep.dev/version")
                    .equals(version));
    shop.awaitObject("configmap/" + head + "-" + version);
  }

  private static String foo(Shop shop, String configMap) {
    return shop.awaitObject("configmap/" + configMap).at("/data/FOO").asText();
  }

  private static ObjectNode foo(String value) {
    ObjectNode object = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    object.putObject("data").put("FOO", value);
    return object;
  }

  private static ObjectNode named(ObjectNode object, String name) {
    object.withObject("/metadata").put("name", name);
    return object;
  }

  /** With all that a version has, but for a hash. */
  private static ObjectNode version(String head, String number, String value) {
    ObjectNode object = named(foo(value), head + "-" + number);
    object
        .withObject("/metadata/labels")
        .put("lockstep.dev/role", "version")
        .put("lockstep.dev/head", head)
        .put("lockstep.dev/version", number);
    object.withObject("/metadata/annotations").put("lockstep.dev/head-name", head);
    return object;
  }

  private static ObjectNode with(ObjectNode version, String hash, boolean immutable) {
    version.withObject("/metadata/labels").put("lockstep.dev/content", hash);
    return version.put("immutable", immutable);
  }

  private static void stamp(ObjectNode head, String version, String hash, String newest) {
    head.withObject("/metadata/labels")
        .put("lockstep.dev/role", "head")
        .put("lockstep.dev/version", version)
        .put("lockstep.dev/content", hash);
    head.withObject("/metadata/annotations")
        .put("lockstep.dev/newest", newest)
        .put("lockstep.dev/changed-by", "mallory");
  }

  private static void create(Shop shop, ObjectNode object) {
    shop.tryKubectl(object.toString(), "create", "-f", "-").orFail();
  }

  private static ObjectNode deployment(Shop shop, String configMap) {
    String yaml = workload("Deployment", "my-app", "app:1", configMap);
    return (ObjectNode)
        Shop.json(shop.tryKubectl(yaml, "create", "--dry-run=client", "-o", "json", "-f", "-"));
  }
}
