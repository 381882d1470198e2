package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static dev.lockstep.it.Reviews.HEADS;
import static dev.lockstep.it.Reviews.WORKLOADS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * API servers do not authenticate to webhooks: whoever reaches the server can post a review that
 * nobody made. It must not write anything that is not due anyway.
 */
@OnRealCluster
class ForgedReviewIT {
  private static final String FORGED = "forged";

  @Test
  void aForgedCreateWritesNothing(Shop shop) {
    Map<String, JsonNode> before = settled(shop);

    post(
        shop,
        HEADS,
        Reviews.create(shop.name(), forged("ConfigMap", "app-config")),
        Reviews.create(shop.name(), forged("ConfigMap", "never-seen")),
        Reviews.create(shop.name(), forged("Secret", "app-secret")),
        Reviews.create(shop.name(), stamped(forged("ConfigMap", "never-seen"), "v005")),
        Reviews.create(shop.name(), stamped(forged("ConfigMap", "app-config"), "v000")),
        Reviews.create(shop.name(), asVersion(forged("ConfigMap", "app-config-v001"))));

    assertThat(objects(shop)).isEqualTo(before);
  }

  @Test
  void aForgedUpdateWritesNothing(Shop shop) {
    Map<String, JsonNode> before = settled(shop);
    for (String kindAndName : List.of("configmap/app-config", "secret/app-secret")) {
      ObjectNode real = (ObjectNode) shop.get(kindAndName);
      ObjectNode forged = forged(real.path("kind").asText(), name(real));

      post(
          shop,
          HEADS,
          Reviews.update(shop.name(), forged, real),
          Reviews.update(shop.name(), stamped(forged.deepCopy(), "v000"), real),
          Reviews.update(shop.name(), stamped(forged.deepCopy(), "v007"), real),
          Reviews.update(shop.name(), forged, with(forged, f -> data(f, "also " + FORGED))),
          Reviews.update(shop.name(), forged, stamped(forged.deepCopy(), "v000")),
          Reviews.update(
              shop.name(), forged, stamped(with(forged, f -> data(f, "also " + FORGED)), "v000")),
          Reviews.update(shop.name(), forged, with(real, ForgedReviewIT::unstamp)),
          Reviews.update(shop.name(), real, with(real, ForgedReviewIT::unstamp)),
          Reviews.update(shop.name(), with(real, ForgedReviewIT::askForNewStamp), real),
          Reviews.update(shop.name(), asVersion(real.deepCopy()), asVersion(real.deepCopy())));
    }

    assertThat(objects(shop)).isEqualTo(before);
  }

  @Test
  void aForgedUpdateOfWhatIsNotThereWritesNothing(Shop shop) {
    Map<String, JsonNode> before = settled(shop);
    ObjectNode ghost = forged("ConfigMap", "ghost");

    post(
        shop,
        HEADS,
        Reviews.update(shop.name(), ghost, with(ghost, g -> data(g, "other"))),
        Reviews.update(shop.name(), ghost, stamped(with(ghost, g -> data(g, "other")), "v000")));

    assertThat(objects(shop)).isEqualTo(before);
  }

  @Test
  void aVersionThatIsDueIsClonedFromWhatIsPersisted(Shop shop) {
    Map<String, JsonNode> before = settled(shop);
    ObjectNode real = (ObjectNode) shop.get("configmap/app-config");
    JsonNode version = shop.get("configmap/app-config-v000");
    shop.kubectl("delete", "configmap", "app-config-v000");

    post(
        shop,
        HEADS,
        Reviews.update(
            shop.name(), forged("ConfigMap", "app-config"), forged("ConfigMap", "app-config")),
        Reviews.update(
            shop.name(),
            forged("ConfigMap", "app-config"),
            with(
                real,
                r -> {
                  annotation(r, "lockstep.dev/changed-by", "mallory");
                  r.withObject("/metadata").put("uid", FORGED);
                })));

    Map<String, JsonNode> after = objects(shop);
    JsonNode madeAgain = after.remove("ConfigMap/app-config-v000");
    before.remove("ConfigMap/app-config-v000");
    assertThat(after).isEqualTo(before);
    assertThat(madeAgain.path("data")).isEqualTo(version.path("data"));
    assertThat(madeAgain.at("/metadata/labels")).isEqualTo(version.at("/metadata/labels"));
    assertThat(madeAgain.at("/metadata/annotations"))
        .isEqualTo(version.at("/metadata/annotations"));
  }

  @Test
  void whatIsLeftOutGetsNoVersionByAForgedReview(Shop shop) {
    shop.apply(
        leftOut("annotated", "  annotations: {lockstep.dev/versioned: \"false\"}\n", "")
            + leftOut("constant", "", "immutable: true\n")
            + leftOut("tfstate-default", "", ""));
    Map<String, JsonNode> before = settled(shop);

    for (String name : List.of("annotated", "constant", "tfstate-default")) {
      // Content as it is persisted, so the forger has to know it; metadata as he likes.
      ObjectNode known = forged("ConfigMap", name);
      known.putObject("data").put("KNOWN", "to all");
      ObjectNode wish = with(known, k -> annotation(k, "lockstep.dev/versioned", "true"));
      post(
          shop,
          HEADS,
          Reviews.update(shop.name(), forged("ConfigMap", name), known),
          Reviews.update(shop.name(), with(wish, w -> data(w, FORGED)), wish));
    }

    assertThat(objects(shop)).isEqualTo(before);
  }

  @Test
  void aVersionGetsNoVersionByAForgedReview(Shop shop) {
    Map<String, JsonNode> before = settled(shop);
    ObjectNode version = (ObjectNode) shop.get("configmap/app-config-v000");

    post(
        shop,
        HEADS,
        Reviews.update(
            shop.name(),
            forged("ConfigMap", "app-config-v000"),
            with(version, ForgedReviewIT::unstamp)));

    assertThat(objects(shop)).isEqualTo(before);
  }

  @Test
  void aForgedWorkloadWritesNothing(Shop shop) {
    Map<String, JsonNode> before = settled(shop);
    ObjectNode current = deployment(shop, "app-config");
    ObjectNode unknown = deployment(shop, "never-seen");
    ObjectNode version = deployment(shop, "app-config-v777");
    ObjectNode bound = with(version, d -> bindings(d, "configmap/app-config=v777"));
    ObjectNode held =
        with(
            bound,
            d -> {
              annotation(d, "lockstep.dev/held", "configmap/app-config=v777");
              annotation(d, "lockstep.dev/baseline", "configmap/app-config=v778");
              annotation(d, "lockstep.dev/waiting", "configmap/never-seen");
              annotation(d, "lockstep.dev/rebind", "");
            });

    for (ObjectNode forged : List.of(current, unknown, version, bound, held)) {
      post(
          shop,
          WORKLOADS,
          Reviews.create(shop.name(), forged),
          Reviews.update(shop.name(), forged, current),
          Reviews.update(shop.name(), current, forged),
          Reviews.update(shop.name(), held, forged));
    }

    assertThat(objects(shop)).isEqualTo(before);
    assertThat(shop.list("deployments", "")).isEmpty();
  }

  @Test
  void aNamespaceThatIsNotOptedInIsLeftAlone(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar") + secret("app-secret", "PASSWORD", "s3cret"));
    Map<String, JsonNode> before = objects(shop);
    JsonNode real = shop.get("configmap/app-config");

    for (String namespace :
        List.of(shop.name(), "kube-system", "lockstep-system", "there-is-no-such-namespace")) {
      JsonNode[] answers = {
        answer(cluster, HEADS, Reviews.create(namespace, forged("ConfigMap", "app-config"))),
        answer(cluster, HEADS, Reviews.update(namespace, forged("ConfigMap", "app-config"), real)),
        answer(cluster, WORKLOADS, Reviews.create(namespace, deployment(shop, "app-config")))
      };
      assertThat(answers)
          .allSatisfy(
              answer -> {
                assertThat(answer.path("allowed").asBoolean()).isTrue();
                assertThat(answer.has("patch")).isFalse();
              });
    }

    assertThat(objects(shop)).isEqualTo(before);
    for (String namespace : List.of("kube-system", "lockstep-system")) {
      assertThat(cluster.run("kubectl", list(namespace), "").orFail().out())
          .doesNotContain("app-config");
    }
  }

  private static List<String> list(String namespace) {
    return List.of("-n", namespace, "get", "configmaps,secrets", "-o", "name");
  }

  /** A ConfigMap and a Secret with their versions; nothing is due then. */
  private static Map<String, JsonNode> settled(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + secret("app-secret", "PASSWORD", "s3cret"));
    shop.awaitObject("configmap/app-config-v000");
    shop.awaitObject("secret/app-secret-v000");
    return objects(shop);
  }

  /** Every ConfigMap and Secret as it is persisted, but for what the cluster itself writes. */
  private static Map<String, JsonNode> objects(Shop shop) {
    Map<String, JsonNode> objects = new TreeMap<>();
    for (JsonNode object : shop.list("configmaps,secrets", "")) {
      objects.put(object.path("kind").asText() + "/" + name(object), object);
    }
    objects.remove("ConfigMap/kube-root-ca.crt");
    return objects;
  }

  private static void post(Shop shop, String path, ObjectNode... reviews) {
    for (ObjectNode review : reviews) {
      answer(shop.cluster(), path, review);
    }
  }

  private static JsonNode answer(RealCluster cluster, String path, ObjectNode review) {
    return new Reviews(cluster).answer(path, review);
  }

  /** A manifest of an object whose content everybody knows. */
  private static String leftOut(String name, String metadata, String fields) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: %s
    %s%sdata:
      KNOWN: to all
    ---
    """
        .formatted(name, metadata, fields);
  }

  private static ObjectNode forged(String kind, String name) {
    ObjectNode object = Reviews.json("{\"apiVersion\": \"v1\"}").put("kind", kind);
    object.putObject("metadata").put("name", name);
    if (kind.equals("Secret")) {
      object.put("type", "Opaque");
    }
    return data(object, FORGED);
  }

  private static ObjectNode deployment(Shop shop, String configMap) {
    String yaml = workload("Deployment", "my-app", "app:1", configMap);
    return (ObjectNode)
        Shop.json(shop.tryKubectl(yaml, "create", "--dry-run=client", "-o", "json", "-f", "-"));
  }

  private static ObjectNode with(ObjectNode object, Consumer<ObjectNode> change) {
    ObjectNode changed = object.deepCopy();
    change.accept(changed);
    return changed;
  }

  private static ObjectNode data(ObjectNode object, String value) {
    boolean secret = object.path("kind").asText().equals("Secret");
    object
        .putObject("data")
        .put("FOO", secret ? Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) : value);
    return object;
  }

  /** With a stamp that is right for its content, as far as a forger can know that. */
  private static ObjectNode stamped(ObjectNode object, String version) {
    String hash =
        object.path("kind").asText().equals("Secret")
            ? "k0123-0123456789abcdef0123456789abcdef"
            : DocumentedHash.of(object);
    label(object, "lockstep.dev/role", "head");
    label(object, "lockstep.dev/version", version);
    label(object, "lockstep.dev/content", hash);
    annotation(object, "lockstep.dev/newest", version);
    annotation(object, "lockstep.dev/changed-by", "mallory");
    return object;
  }

  private static ObjectNode asVersion(ObjectNode object) {
    label(object, "lockstep.dev/role", "version");
    label(object, "lockstep.dev/head", "app-config");
    annotation(object, "lockstep.dev/head-name", "app-config");
    return object.put("immutable", true);
  }

  private static void unstamp(ObjectNode object) {
    object.withObject("/metadata").remove(List.of("labels", "annotations"));
  }

  private static void askForNewStamp(ObjectNode object) {
    annotation(object, "lockstep.dev/restamp", "v000");
  }

  private static void bindings(ObjectNode deployment, String bindings) {
    deployment
        .withObject("/spec/template/metadata/annotations")
        .put("lockstep.dev/bindings", bindings);
  }

  private static void label(ObjectNode object, String key, String value) {
    object.withObject("/metadata/labels").put(key, value);
  }

  private static void annotation(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }
}
