package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A dry run writes nothing, and says exactly what the real run then does. */
@OnRealCluster
class DryRunIT {
  private static final String NAME_IN_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";

  private static String deployment(String image) {
    return workload("Deployment", "app", image, "app-config");
  }

  /** What is there: resource versions of what Lockstep may write, and specs of Deployments. */
  private static Map<String, String> persisted(Shop shop) {
    Map<String, String> all = new TreeMap<>();
    for (JsonNode object : shop.list("configmaps,secrets,deployments", "")) {
      String kind = object.path("kind").asText();
      all.put(
          kind + "/" + object.at("/metadata/name").asText(),
          kind.equals("Deployment")
              ? object.path("spec").toString()
              : object.at("/metadata/resourceVersion").asText());
    }
    return all;
  }

  /** Waits for what the cluster itself writes, so that only our own writes are seen. */
  private static Map<String, String> settled(Shop shop) {
    shop.awaitObject("configmap/kube-root-ca.crt");
    for (String kind : List.of("configmap", "secret")) {
      for (JsonNode head : shop.list(kind, "lockstep.dev/role=head")) {
        String name = head.at("/metadata/name").asText();
        shop.awaitObject(kind + "/" + name + "-" + Traces.version(head));
      }
    }
    if (shop.find("deployment/app").isPresent()) {
      Rollouts.recorded(shop, "app");
    }
    return persisted(shop);
  }

  /** An object as a request gave it back, without what differs between any two requests. */
  private static JsonNode answer(Result result) {
    ObjectNode object = Shop.json(result).deepCopy();
    object.remove("status");
    ((ObjectNode) object.path("metadata"))
        .remove(List.of("uid", "resourceVersion", "creationTimestamp", "managedFields"));
    return object;
  }

  private static JsonNode answer(Shop shop, String input, String[] command, String... more) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-o", "json"));
    all.addAll(List.of(more));
    return answer(shop.tryKubectl(input, all.toArray(String[]::new)).orFail());
  }

  /** Runs this dry, then really; returns what both gave. */
  private static JsonNode predicted(Shop shop, String input, String... command) {
    Map<String, String> before = settled(shop);
    JsonNode dry = answer(shop, input, command, "--dry-run=server");
    JsonNode dryAgain = answer(shop, input, command, "--dry-run=server");
    assertThat(dryAgain).isEqualTo(dry);
    assertThat(persisted(shop)).isEqualTo(before);

    JsonNode real = answer(shop, input, command);
    assertThat(real).isEqualTo(dry);
    return real;
  }

  private static JsonNode predictedApply(Shop shop, String yaml, String... flags) {
    List<String> command = new ArrayList<>(List.of("apply", "-f", "-"));
    command.addAll(List.of(flags));
    return predicted(shop, yaml, command.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side=true"})
  void aNewHeadAndItsChanges(String mode, Shop shop) {
    JsonNode first = predictedApply(shop, configMap("app-config", "FOO", "bar"), mode);
    assertThat(Traces.version(first)).isEqualTo("v000");

    JsonNode second = predictedApply(shop, configMap("app-config", "FOO", "baz"), mode);
    assertThat(Traces.version(second)).isEqualTo("v001");
    assertThat(shop.awaitObject("configmap/app-config-v001").at("/data/FOO").asText())
        .isEqualTo("baz");

    JsonNode back = predictedApply(shop, configMap("app-config", "FOO", "bar"), mode);
    assertThat(Traces.version(back)).isEqualTo("v000");
    assertThat(Traces.newest(back)).isEqualTo("v001");
  }

  @Test
  void aSecretAndItsChange(Shop shop) {
    JsonNode first = predictedApply(shop, secret("login", "FOO", "bar"));
    assertThat(Traces.version(first)).isEqualTo("v000");

    JsonNode second = predictedApply(shop, secret("login", "FOO", "baz"));
    assertThat(Traces.version(second)).isEqualTo("v001");
  }

  /** What was left out has no version, whatever a request says: no clone of it was ever due. */
  @Test
  void theChangeThatTakesAHeadIn(Shop shop) {
    leftOut(shop);

    JsonNode changed =
        predicted(
            shop,
            "",
            "patch",
            "configmap/app-config",
            "--patch",
            "{\"metadata\": {\"annotations\": {\"lockstep.dev/versioned\": null}},"
                + " \"data\": {\"FOO\": \"baz\"}}");

    assertThat(Traces.version(changed)).isEqualTo("v000");
    assertThat(Traces.newest(changed)).isEqualTo("v000");
    assertThat(shop.awaitObject("configmap/app-config-v000").at("/data/FOO").asText())
        .isEqualTo("baz");
  }

  private static void leftOut(Shop shop) {
    shop.apply(
        configMap("app-config", "FOO", "bar")
            .replace(
                "metadata:\n", "metadata:\n  annotations: {lockstep.dev/versioned: 'false'}\n"));
    assertThat(Traces.on(shop.get("configmap/app-config"))).isEmpty();
  }

  @Test
  void theFirstChangeOfAHeadFromBeforeOptIn(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.optIn();
    String changed = configMap("app-config", "FOO", "baz");

    JsonNode dry = Shop.json(shop.apply(changed, "--dry-run=server", "-o", "json"));
    assertThat(shop.get("configmap/app-config").at("/data/FOO").asText()).isEqualTo("bar");
    assertThat(shop.find("configmap/app-config-v001")).isEmpty();
    JsonNode real = Shop.json(shop.apply(changed, "-o", "json"));

    assertThat(real.at("/metadata/labels")).isEqualTo(dry.at("/metadata/labels"));
    assertThat(real.at("/metadata/annotations")).isEqualTo(dry.at("/metadata/annotations"));
    assertThat(Traces.version(real)).isEqualTo("v001");
    assertThat(shop.awaitObject("configmap/app-config-v000").at("/data/FOO").asText())
        .isEqualTo("bar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side=true"})
  void aNewWorkloadAndItsChange(String mode, Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    JsonNode first = predictedApply(shop, deployment("app:1"), mode);
    assertThat(first.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(Traces.bindings(first)).isEqualTo("configmap/app-config=v000");

    shop.apply(configMap("app-config", "FOO", "baz"));
    JsonNode second = predictedApply(shop, deployment("app:2"), mode);
    assertThat(second.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v001");
    assertThat(Traces.bindings(second)).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void aWorkloadOfAHeadThatHasNoStampYet(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.optIn();

    JsonNode dry = answer(shop.apply(deployment("app:1"), "--dry-run=server", "-o", "json"));
    assertThat(shop.find("deployment/app")).isEmpty();
    JsonNode real = answer(shop.apply(deployment("app:1"), "-o", "json"));

    assertThat(real).isEqualTo(dry);
    assertThat(real.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(Traces.version(shop.get("configmap/app-config"))).isEqualTo("v000");
  }

  @Test
  void anUndoWithWhatIsHeldThen(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app:1"));
    JsonNode first = Rollouts.recorded(shop, "app").at("/spec/template");
    shop.apply(configMap("app-config", "FOO", "baz") + deployment("app:2"));

    JsonNode undone =
        predicted(
            shop,
            "",
            "patch",
            "deployment/app",
            "--type=json",
            "--patch",
            "[{\"op\": \"replace\", \"path\": \"/spec/template\", \"value\": " + first + "}]");

    assertThat(undone.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(Shop.meta(undone, "annotations", "lockstep.dev/held"))
        .isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aRequestToBindAnew(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app:1"));
    shop.apply(configMap("app-config", "FOO", "baz"));

    JsonNode bound = predicted(shop, "", "annotate", "deployment/app", "lockstep.dev/rebind=");

    assertThat(bound.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config-v001");
    assertThat(Traces.on(bound)).isEmpty();
  }

  @Test
  void whatWaitsForItsHead(Shop shop) {
    JsonNode waiting = predictedApply(shop, deployment("app:1"));

    assertThat(waiting.at(NAME_IN_CONTAINER).asText()).isEqualTo("app-config");
    assertThat(Shop.meta(waiting, "annotations", "lockstep.dev/waiting"))
        .isEqualTo("configmap/app-config");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=false", "--server-side=true"})
  void aDiffWritesNothing(String mode, Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app:1"), mode);
    Map<String, String> before = settled(shop);

    Result diff =
        shop.tryKubectl(
            configMap("app-config", "FOO", "baz")
                + configMap("new-config", "FOO", "baz")
                + secret("new-login", "FOO", "baz")
                + deployment("app:2"),
            "diff",
            "-f",
            "-",
            mode);

    assertThat(diff.exit()).as(diff.err()).isEqualTo(1);
    assertThat(diff.out())
        .contains("-  FOO: bar", "+  FOO: baz")
        .contains("-    lockstep.dev/version: v000", "+    lockstep.dev/version: v001")
        .containsPattern("\\+ +(- )?image: app:2");
    assertThat(persisted(shop)).isEqualTo(before);
  }

  @Test
  void aQuotaIsToldWhenTheConfigIsApplied(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + deployment("app:1"));
    settled(shop);
    Quotas.full(shop, "configmaps");
    Map<String, String> before = settled(shop);

    Result applied = shop.tryApply(configMap("app-config", "FOO", "baz"), "-v=6");

    isTold(applied, "app-config", "v001", shop);
    assertThat(persisted(shop)).isEqualTo(before);
    assertThat(shop.get("configmap/app-config").at("/data/FOO").asText()).isEqualTo("bar");
  }

  @Test
  void aQuotaIsToldByADryRun(Shop shop) {
    Quotas.full(shop, "configmaps");
    Map<String, String> before = settled(shop);

    Result dry = shop.tryApply(configMap("new-config", "FOO", "bar"), "--dry-run=server", "-v=6");

    isTold(dry, "new-config", "v000", shop);
    assertThat(persisted(shop)).isEqualTo(before);
  }

  private static void isTold(Result result, String head, String version, Shop shop) {
    assertThat(result.exit()).isNotZero();
    assertThat(result.err())
        .contains("status=\"403 Forbidden\"")
        .contains(
            "denied the request: lockstep: cannot make version "
                + version
                + " for ConfigMap "
                + shop.name()
                + "/"
                + head
                + ": ")
        .contains("exceeded quota: few, requested: count/configmaps=1")
        .contains("Make room or change the rule, then apply again.");
  }

  @Test
  void oldContentNeedsNoRoomInAQuota(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.apply(configMap("app-config", "FOO", "baz"));
    settled(shop);
    Quotas.full(shop, "configmaps");

    JsonNode back = predictedApply(shop, configMap("app-config", "FOO", "bar"));

    assertThat(Traces.version(back)).isEqualTo("v000");
  }
}
