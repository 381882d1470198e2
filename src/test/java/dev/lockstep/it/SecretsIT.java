package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets: which types have versions, and that nothing of what they hold gets about. */
@OnRealCluster
class SecretsIT {
  private static final String NAME_IN_VOLUME = "/spec/template/spec/volumes/0/secret/secretName";

  private static String secretOfType(String name, String type, String stringData) {
    return secretOfType(name, type, stringData, "{}");
  }

  private static String secretOfType(
      String name, String type, String stringData, String annotations) {
    return """
    apiVersion: v1
    kind: Secret
    type: %s
    metadata:
      name: %s
      annotations: %s
    stringData: %s
    ---
    """
        .formatted(type, name, annotations, stringData);
  }

  private static String deployment(String secret) {
    return workload(
        "Deployment",
        "app",
        """
        volumes:
          - name: files
            secret: {secretName: %s}
        containers:
          - name: app
            image: app:1
        """
            .formatted(secret));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Opaque                   | {a: b}                         | {a: c}",
        "kubernetes.io/basic-auth | {username: ann, password: one} | {username: ann, password: two}",
        "kubernetes.io/ssh-auth   | {ssh-privatekey: one}          | {ssh-privatekey: two}",
        "example.com/x            | {a: b}                         | {a: c}"
      })
  void aVersionHasTypeAndDataOfItsHead(String type, String before, String after, Shop shop) {
    shop.apply(secretOfType("login", type, before) + deployment("login"));
    JsonNode first = shop.get("secret/login");
    isVersionOf(first, shop.awaitObject("secret/login-v000"), type);
    assertThat(shop.get("deployment/app").at(NAME_IN_VOLUME).asText()).isEqualTo("login-v000");

    shop.apply(secretOfType("login", type, after) + deployment("login"));
    JsonNode second = shop.get("secret/login");
    isVersionOf(second, shop.awaitObject("secret/login-v001"), type);
    isVersionOf(first, shop.get("secret/login-v000"), type);
    assertThat(shop.get("deployment/app").at(NAME_IN_VOLUME).asText()).isEqualTo("login-v001");
  }

  private static void isVersionOf(JsonNode head, JsonNode version, String type) {
    assertThat(version.path("type").asText()).isEqualTo(type);
    assertThat(version.path("data")).isEqualTo(head.path("data")).isNotEmpty();
    assertThat(version.path("immutable").asBoolean()).isTrue();
    assertThat(Traces.version(version)).isEqualTo(Traces.version(head));
    assertThat(Traces.content(version)).isEqualTo(Traces.content(head));
    assertThat(version.toString()).doesNotContain("last-applied");
  }

  @Test
  void theHashOfASecretIsKeyedAndThatOfAConfigMapIsNot(Shop shop) {
    shop.apply(secret("both", "FOO", "bar") + configMap("both", "FOO", "bar"));

    String ofSecret = Traces.content(shop.get("secret/both"));
    String ofConfigMap = Traces.content(shop.get("configmap/both"));
    assertThat(ofSecret).matches("k[0-9a-f]{4}-[0-9a-f]{32}");
    assertThat(ofConfigMap).matches("h1-[0-9a-f]{32}");
    assertThat(digits(ofSecret)).isNotEqualTo(digits(ofConfigMap));
  }

  private static String digits(String hash) {
    return hash.substring(hash.indexOf('-'));
  }

  @Test
  void equalSecretsOfOneTypeHaveEqualHashes(Shop shop) {
    shop.apply(
        secretOfType("one", "Opaque", "{a: b, c: d}")
            + secretOfType("two", "Opaque", "{c: d, a: b}")
            + secretOfType("other-type", "example.com/x", "{a: b, c: d}")
            + secretOfType("other-data", "Opaque", "{a: b, c: e}"));
    String hash = Traces.content(shop.get("secret/one"));

    assertThat(hash).isNotEmpty();
    assertThat(Traces.content(shop.get("secret/two"))).isEqualTo(hash);
    assertThat(Traces.content(shop.get("secret/other-type"))).isNotEmpty().isNotEqualTo(hash);
    assertThat(Traces.content(shop.get("secret/other-data"))).isNotEmpty().isNotEqualTo(hash);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kubernetes.io/tls              | {tls.crt: one, tls.key: two}",
        "kubernetes.io/dockerconfigjson | {.dockerconfigjson: '{\"auths\": {}}'}",
        "kubernetes.io/dockercfg        | {.dockercfg: '{}'}"
      },
      quoteCharacter = '`')
  void typesThatRotateOrAreReadByOthersAreLeftOut(String type, String data, Shop shop) {
    shop.apply(secretOfType("rotating", type, data) + deployment("rotating"));

    assertThat(Traces.on(shop.get("secret/rotating"))).isEmpty();
    isBareIn(shop);
  }

  private static void isBareIn(Shop shop) {
    JsonNode deployment = shop.get("deployment/app");
    assertThat(deployment.at(NAME_IN_VOLUME).asText()).isEqualTo("rotating");
    assertThat(Traces.bindings(deployment)).isEmpty();
    assertThat(shop.list("secret", "lockstep.dev/role")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ", lockstep.dev/versioned: 'true'"})
  void tokensOfServiceAccountsNeverHaveVersions(String wish, Shop shop) {
    shop.kubectl("create", "serviceaccount", "robot");
    shop.apply(
        """
        apiVersion: v1
        kind: Secret
        type: kubernetes.io/service-account-token
        metadata:
          name: rotating
          annotations: {kubernetes.io/service-account.name: robot%s}
        ---
        """
            .formatted(wish));
    shop.apply(deployment("rotating"));

    assertThat(Traces.on(shop.get("secret/rotating"))).isEmpty();
    isBareIn(shop);
  }

  @Test
  void aCertificateIsTakenInByItsAnnotation(Shop shop) {
    String type = "kubernetes.io/tls";
    String data = "{tls.crt: one, tls.key: two}";
    shop.apply(
        secretOfType("pinned", type, data, "{lockstep.dev/versioned: \"true\"}")
            + deployment("pinned"));

    isVersionOf(shop.get("secret/pinned"), shop.awaitObject("secret/pinned-v000"), type);
    assertThat(shop.get("deployment/app").at(NAME_IN_VOLUME).asText()).isEqualTo("pinned-v000");
    assertThat(Traces.bindings(shop.get("deployment/app"))).isEqualTo("secret/pinned=v000");
  }

  @Test
  void aCertificateIsTakenInLaterByItsAnnotation(Shop shop) {
    shop.apply(secretOfType("late", "kubernetes.io/tls", "{tls.crt: one, tls.key: two}"));
    shop.kubectl("annotate", "secret/late", "lockstep.dev/versioned=true");

    assertThat(Traces.version(shop.get("secret/late"))).isEqualTo("v000");
    isVersionOf(shop.get("secret/late"), shop.awaitObject("secret/late-v000"), "kubernetes.io/tls");
  }

  @Test
  void whatASecretHoldsIsNeverLogged(Shop shop) {
    String first = "first-password-of-" + shop.name();
    String second = "second-password-of-" + shop.name();
    String third = "third-password-of-" + shop.name();
    shop.apply(secret("login", "PASSWORD", first) + deployment("login"));
    shop.apply(secret("login", "PASSWORD", second) + deployment("login"));
    shop.awaitObject("secret/login-v001");
    Quotas.full(shop, "secrets");
    Result denied = shop.tryApply(secret("login", "PASSWORD", third));
    assertThat(denied.exit()).isNotZero();
    String ourWords = denied.err().substring(denied.err().indexOf("lockstep: cannot"));
    assertThat(ourWords)
        .contains("exceeded quota")
        .doesNotContain(third)
        .doesNotContain(b64(third));

    String log = shop.cluster().read("logs/server.log");
    for (String password : new String[] {first, second, third}) {
      assertThat(log.contains(password) || log.contains(b64(password)))
          .as("the log holds a password")
          .isFalse();
    }
  }

  private static String b64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
