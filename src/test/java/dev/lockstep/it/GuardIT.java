package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is in use is not deleted by hand without a word; nothing else is in anybody's way. */
@OnRealCluster
class GuardIT {
  private static final String ALLOW_DELETE = "lockstep.dev/allow-delete=true";

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment() {
    return workload("Deployment", "my-app", "app:1", "app-config");
  }

  private static void awaitPods(Shop shop, int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.list("pod", "app=my-app").size() == count);
  }

  @Test
  void whoUsesAVersionIsToldToWhoDeletesIt(Shop shop) {
    shop.apply(config("a") + deployment().replace("replicas: 1", "replicas: 0"));
    new Workload(shop, "deployment/my-app").settled();
    await().until(() -> !shop.list("replicaset", "app=my-app").isEmpty());
    String replicaSet = shop.list("replicaset", "app=my-app").get(0).at("/metadata/name").asText();

    Result result = shop.tryKubectl("", "delete", "configmap", "app-config-v000");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err())
        .contains(
            "lockstep: cannot allow this delete for ConfigMap "
                + shop.name()
                + "/app-config-v000: it is used by Deployment my-app, ReplicaSet "
                + replicaSet
                + ". ",
            ALLOW_DELETE);
    assertThat(shop.find("configmap/app-config-v000")).isPresent();
  }

  @Test
  void ofManyUsersFiveAreNamedAndAllCounted(Shop shop) {
    shop.apply(secret("login", "PASSWORD", "one"));
    shop.apply(
        workload(
                "Deployment",
                "my-app",
                "containers: [{name: app, image: app, envFrom: [{secretRef: {name: login}}]}]\n")
            .replace("replicas: 1", "replicas: 5"));
    awaitPods(shop, 5);

    Result result = shop.tryKubectl("", "delete", "secret", "login-v000");

    assertThat(result.exit()).isNotZero();
    String words = result.err().substring(result.err().indexOf("it is used by"));
    assertThat(words)
        .startsWith("it is used by Deployment my-app, ReplicaSet my-app-")
        .contains(" and others, 7 in all.");
    assertThat(List.of(words.split("Pod my-app-"))).hasSize(4);
    assertThat(shop.find("secret/login-v000")).isPresent();
  }

  @Test
  void aDryRunOfADeleteIsDeniedJustSo(Shop shop) {
    shop.apply(config("a") + deployment());

    Result result =
        shop.tryKubectl("", "delete", "configmap", "app-config-v000", "--dry-run=server");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("it is used by Deployment my-app");
  }

  @Test
  void anUnusedVersionCanBeDeleted(Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b") + deployment());

    shop.kubectl("delete", "configmap", "app-config-v000");

    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v001");
  }

  @Test
  void aUsedVersionCanBeDeletedWhereThatIsAllowed(Shop shop) {
    shop.apply(config("a") + deployment());
    shop.kubectl("annotate", "configmap/app-config-v000", ALLOW_DELETE);

    shop.kubectl("delete", "configmap", "app-config-v000");

    assertThat(shop.find("configmap/app-config-v000")).isEmpty();
  }

  @Test
  void aHeadCanBeDeletedThoughItsVersionsAreUsed(Shop shop) {
    shop.apply(config("a") + deployment());

    shop.kubectl("delete", "configmap", "app-config");

    assertThat(shop.find("configmap/app-config")).isEmpty();
    assertThat(shop.find("configmap/app-config-v000")).isPresent();
  }

  @Test
  void aDeleteOfAllDeletesAllButWhatIsUsed(Shop shop) {
    shop.apply(config("a"));
    shop.apply(config("b") + deployment());
    shop.awaitObject("configmap/kube-root-ca.crt");

    Result result = shop.tryKubectl("", "delete", "configmap", "--all");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("it is used by Deployment my-app");
    assertThat(shop.list("configmap", "lockstep.dev/role"))
        .extracting(object -> object.at("/metadata/name").asText())
        .containsExactly("app-config-v001");
  }

  @Test
  void theGarbageCollectorIsNotHeldUp(Shop shop) {
    shop.apply(config("a") + deployment() + configMap("owner", "FOO", "a"));
    String uid = shop.get("configmap/owner").at("/metadata/uid").asText();
    shop.kubectl(
        "patch",
        "configmap",
        "app-config-v000",
        "-p",
        """
        {"metadata": {"ownerReferences": [
          {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "%s"}]}}
        """
            .formatted(uid));

    shop.kubectl("delete", "configmap", "owner");

    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.find("configmap/app-config-v000").isEmpty());
  }

  @Test
  void aNamespaceFullOfUsedVersionsEnds(Shop shop) {
    shop.apply(config("a") + secret("login", "PASSWORD", "one") + deployment());
    shop.apply(config("b") + deployment());
    awaitPods(shop, 1);

    Result result =
        shop.cluster()
            .run("kubectl", List.of("delete", "namespace", shop.name(), "--timeout=100s"), "");

    assertThat(result.orFail().out()).contains("deleted");
  }
}
