package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** As much as the API itself takes, and what is said beyond that. */
@OnRealCluster
class LimitsIT {
  private static final String HEAD = "configmap/app-config";
  private static final String APP = "deployment/my-app";

  /** Of all values of a ConfigMap or Secret together. */
  private static final int MOST_DATA = 1024 * 1024;

  /** Of all keys and values together. */
  private static final int MOST_ANNOTATIONS = 256 * 1024;

  /** Of one head; a thousand take a minute. */
  private static final int VERSIONS = Integer.getInteger("lockstep.versions");

  private static String version(JsonNode head) {
    return Shop.meta(head, "labels", "lockstep.dev/version");
  }

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  @Test
  void aConfigMapAsLargeAsCanBeIsVersionedBoundAndChanged(Shop shop) {
    String large = "a".repeat(MOST_DATA - 1);
    Workload app = new Workload(shop, APP);
    shop.apply(configMap("app-config", "FOO", large + "1") + deployment("app:1"), "--server-side");
    app.settled();

    shop.apply(configMap("app-config", "FOO", large + "2") + deployment("app:2"), "--server-side");

    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(shop.awaitObject(HEAD + "-v000").at("/data/FOO").asText()).isEqualTo(large + "1");
    assertThat(shop.awaitObject(HEAD + "-v001").at("/data/FOO").asText()).isEqualTo(large + "2");
    assertThat(app.undo().names()).containsExactly("app-config-v000");
  }

  @Test
  void contentThatIsSixTimesAsLargeInAReviewIsVersionedToo(Shop shop) {
    String heads = "/api/v1/namespaces/%s/configmaps".formatted(shop.name());
    String large = "<".repeat(MOST_DATA - 1);
    String json =
        """
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app-config"}, \
        "data": {"FOO": "%s"}}
        """;

    // kubectl would escape it, too, and be refused: a request has 3 MiB at most.
    shop.tryKubectl(json.formatted(large + "1"), "create", "--raw=" + heads, "-f", "-").orFail();
    shop.tryKubectl(
            json.formatted(large + "2"), "replace", "--raw=" + heads + "/app-config", "-f", "-")
        .orFail();

    assertThat(version(shop.get(HEAD))).isEqualTo("v001");
    assertThat(shop.awaitObject(HEAD + "-v000").at("/data/FOO").asText()).isEqualTo(large + "1");
    assertThat(shop.awaitObject(HEAD + "-v001").at("/data/FOO").asText()).isEqualTo(large + "2");
  }

  @Test
  void aSecretAsLargeAsCanBeIsVersionedBoundAndChanged(Shop shop) {
    String large = "a".repeat(MOST_DATA - 1);
    String reader =
        workload(
            "Deployment",
            "my-app",
            """
            containers:
              - name: app
                image: app:1
                envFrom:
                  - secretRef:
                      name: app-secret
            """);
    Workload app = new Workload(shop, APP);
    shop.apply(secret("app-secret", "KEY", large + "1") + reader, "--server-side");
    app.settled();

    shop.apply(secret("app-secret", "KEY", large + "2") + reader, "--server-side");

    assertThat(app.settled().names()).containsExactly("app-secret-v001");
    assertThat(shop.awaitObject("secret/app-secret-v000").path("data"))
        .isNotEqualTo(shop.get("secret/app-secret").path("data"));
    assertThat(shop.awaitObject("secret/app-secret-v001").path("data"))
        .isEqualTo(shop.get("secret/app-secret").path("data"));
    assertThat(app.undo().names()).containsExactly("app-secret-v000");
  }

  @Test
  void twoHundredReferencesToTenHeadsAreBoundInOneTemplate(Shop shop) {
    StringBuilder heads = new StringBuilder();
    StringBuilder spec =
        new StringBuilder("containers:\n  - name: app\n    image: app:1\n    env:\n");
    for (int head = 0; head < 10; head++) {
      heads.append(configMap("config-" + head, keys("a")));
      for (int key = 0; key < 20; key++) {
        spec.append(
            """
                  - name: N_%1$d_%2$d
                    valueFrom:
                      configMapKeyRef:
                        name: config-%1$d
                        key: K%2$d
            """
                .formatted(head, key));
      }
    }
    String app = workload("Deployment", "my-app", spec.toString());
    shop.apply(heads + app);

    Map<String, Long> bound = references(shop.get(APP));
    assertThat(bound).hasSize(10);
    for (int head = 0; head < 10; head++) {
      assertThat(bound).containsEntry("config-" + head + "-v000", 20L);
    }

    shop.apply(configMap("config-3", keys("b")) + app);

    Map<String, Long> after = references(shop.get(APP));
    assertThat(after).hasSize(10);
    assertThat(after).containsEntry("config-3-v001", 20L).containsEntry("config-4-v000", 20L);
  }

  private static Map<String, String> keys(String value) {
    return IntStream.range(0, 20).boxed().collect(Collectors.toMap(i -> "K" + i, i -> value));
  }

  /** How often each name stands in the template. */
  private static Map<String, Long> references(JsonNode deployment) {
    return deployment.at("/spec/template").findValues("configMapKeyRef").stream()
        .map(reference -> reference.path("name").asText())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /** A head whose annotations leave just this room. */
  private static String withRoomFor(int bytes, String value) {
    return configMap("app-config", "FOO", value)
        .replace(
            "metadata:\n",
            "metadata:\n  annotations:\n    note: \"%s\"\n"
                .formatted("x".repeat(MOST_ANNOTATIONS - "note".length() - bytes)));
  }

  @Test
  void whoChangedAHeadIsLeftOutWhereItsAnnotationsHaveNoRoomForIt(Shop shop) {
    int stamp = "lockstep.dev/newest".length() + "v000".length();

    shop.tryKubectl(withRoomFor(stamp, "a"), "create", "-f", "-").orFail();

    JsonNode head = shop.get(HEAD);
    assertThat(version(head)).isEqualTo("v000");
    assertThat(Shop.meta(head, "annotations", "lockstep.dev/newest")).isEqualTo("v000");
    assertThat(head.at("/metadata/annotations").has("lockstep.dev/changed-by")).isFalse();
    shop.awaitObject(HEAD + "-v000");
    shop.kubectl("patch", HEAD, "--type=merge", "-p", "{\"data\":{\"FOO\":\"b\"}}");
    assertThat(version(shop.get(HEAD))).isEqualTo("v001");
    shop.awaitObject(HEAD + "-v001");
  }

  @Test
  void aHeadWhoseAnnotationsHaveNoRoomForAStampIsRefusedInTheApiServersWords(Shop shop) {
    Result created = shop.tryKubectl(withRoomFor(0, "a"), "create", "-f", "-");

    assertThat(created.exit()).isNotZero();
    assertThat(created.err()).contains("metadata.annotations: Too long");
    assertThat(shop.find(HEAD)).isEmpty();
    assertThat(shop.find(HEAD + "-v000")).isEmpty();
  }

  @Test
  void aHeadOfManyVersionsGoesOnCounting(Shop shop) {
    String contents =
        IntStream.range(0, VERSIONS).mapToObj(LimitsIT::kept).collect(Collectors.joining());

    shop.apply(contents, "--server-side");
    assertThat(version(shop.get(HEAD))).isEqualTo("v%03d".formatted(VERSIONS - 1));
    shop.apply(kept(VERSIONS), "--server-side");

    assertThat(version(shop.get(HEAD))).isEqualTo("v%03d".formatted(VERSIONS));
    shop.awaitObject(HEAD + "-v%03d".formatted(VERSIONS));
    Map<String, String> held =
        shop.list("configmaps", "lockstep.dev/role=version,lockstep.dev/head=app-config").stream()
            .collect(Collectors.toMap(LimitsIT::version, v -> v.at("/data/FOO").asText()));
    assertThat(held).hasSize(VERSIONS + 1);
    for (int number = 0; number <= VERSIONS; number++) {
      assertThat(held).containsEntry("v%03d".formatted(number), "value " + number);
    }
    shop.apply(kept(42), "--server-side");
    assertThat(version(shop.get(HEAD))).isEqualTo("v042");
  }

  /** Content of a head none of whose versions goes. */
  private static String kept(int number) {
    return configMap("app-config", "FOO", "value " + number)
        .replace(
            "metadata:\n", "metadata:\n  annotations:\n    lockstep.dev/keep-versions: \"2000\"\n");
  }

  @ParameterizedTest
  @CsvSource({"configmap, configmaps, app-config", "secret, secrets, app-secret"})
  void aFullQuotaIsToldWhenAHeadIsAppliedAndNothingHasChangedThen(
      String kind, String resource, String name, Shop shop) {
    Function<String, String> content =
        value -> kind.equals("secret") ? secret(name, "FOO", value) : configMap(name, "FOO", value);
    shop.apply(content.apply("a"));
    shop.awaitObject(kind + "/" + name + "-v000");
    int there = shop.list(resource, "").size();
    quota(shop, resource, there);
    JsonNode before = shop.get(kind + "/" + name);

    Result refused = shop.tryApply(content.apply("b"));

    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err())
        .contains("lockstep: cannot make version v001 for ")
        .contains(shop.name() + "/" + name)
        .contains("exceeded quota: full, requested: count/" + resource + "=1");
    assertThat(shop.get(kind + "/" + name)).isEqualTo(before);
    assertThat(shop.list(resource, "")).hasSize(there);

    shop.kubectl("delete", "quota", "full");
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.tryApply(content.apply("b")).exit() == 0);
    assertThat(version(shop.get(kind + "/" + name))).isEqualTo("v001");
  }

  @Test
  void aQuotaWithRoomForTheHeadAloneIsToldWhenItIsAppliedAndNothingIsThereThen(Shop shop) {
    Quotas.withRoomFor(shop, "configmaps", 1);

    Result refused = shop.tryApply(configMap("app-config", "FOO", "a"));

    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err())
        .contains("lockstep: cannot make version v000 for ConfigMap " + shop.name() + "/app-config")
        .contains("exceeded quota: few, requested: count/configmaps=2");
    assertThat(shop.find("configmap/app-config")).isEmpty();
    assertThat(shop.find("configmap/app-config-v000")).isEmpty();
  }

  @Test
  void aHeadWhoseVersionIsLeftNeedsRoomForItselfAlone(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap/app-config");
    Quotas.withRoomFor(shop, "configmaps", 1);

    shop.apply(configMap("app-config", "FOO", "a"));

    assertThat(version(shop.get(HEAD))).isEqualTo("v000");
  }

  @Test
  void aQuotaThatIsFullAtOptInLeavesTheHeadAsItIsAndSaysSo(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.awaitObject("configmap/kube-root-ca.crt");
    shop.apply(configMap("app-config", "FOO", "a") + deployment("app:1"));
    quota(shop, "configmaps", 2);

    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning=enabled");

    List<String> told =
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(200))
            .until(() -> refusals(shop), events -> !events.isEmpty());
    assertThat(told).allSatisfy(event -> assertThat(event).contains("exceeded quota: full"));
    assertThat(version(shop.get(HEAD))).isEmpty();
    Result applied = shop.apply(deployment("app:2"));
    assertThat(applied.err()).contains("ConfigMap app-config: was refused a version");
    assertThat(new Workload(shop, APP).settled().names()).containsExactly("app-config");

    shop.kubectl("delete", "quota", "full");
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              shop.apply(deployment("app:3"));
              return new Workload(shop, APP).now().names();
            },
            Collections.singletonList("app-config-v000")::equals);
  }

  private static List<String> refusals(Shop shop) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals("VersionRefused"))
        .map(event -> event.path("message").asText())
        .toList();
  }

  /** Room for so many, and no more; the API server knows of it. */
  private static void quota(Shop shop, String resource, int count) {
    shop.kubectl("create", "quota", "full", "--hard=count/" + resource + "=" + count);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> shop.get("quota/full").at("/status/used/count~1" + resource).asText(),
            String.valueOf(count)::equals);
  }
}
