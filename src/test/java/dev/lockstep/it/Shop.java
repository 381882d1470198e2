package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;

/** A namespace of one test. It is left behind: the cluster is thrown away with all of them. */
final class Shop {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RealCluster cluster;
  private final String name;

  private Shop(RealCluster cluster, String name) {
    this.cluster = cluster;
    this.name = name;
  }

  /** A new namespace, opted in; the API server is known to call the webhooks for it. */
  static Shop open(RealCluster cluster) {
    Shop shop = closed(cluster);
    shop.optIn();
    return shop;
  }

  /** A new namespace that is not opted in. */
  static Shop closed(RealCluster cluster) {
    String name = "shop-" + COUNT.incrementAndGet();
    cluster.run("kubectl", List.of("create", "namespace", name), "").orFail();
    return new Shop(cluster, name);
  }

  void optIn() {
    kubectl("label", "namespace", name, "lockstep.dev/versioning=enabled");
    awaitWebhooks();
  }

  /** Until the API server calls the webhooks: it learns of them and of labels by a watch. */
  void awaitWebhooks() {
    awaitVersionOfNewConfigMap("v000");
  }

  /** Until the API server does not call the webhooks any more. */
  void awaitNoWebhooks() {
    awaitVersionOfNewConfigMap("");
  }

  private void awaitVersionOfNewConfigMap(String version) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () ->
                tryKubectl(
                    "",
                    "create",
                    "configmap",
                    "is-it-on",
                    "--from-literal=a=b",
                    "--dry-run=server",
                    "-o",
                    "jsonpath={.metadata.labels.lockstep\\.dev/version}"),
            result -> result.exit() == 0 && result.out().equals(version));
  }

  String name() {
    return name;
  }

  RealCluster cluster() {
    return cluster;
  }

  /** {@code kubectl -n NAMESPACE …}, which has to succeed. */
  Result kubectl(String... arguments) {
    return tryKubectl("", arguments).orFail();
  }

  /** {@code kubectl -n NAMESPACE …} with standard input, however it ends. */
  Result tryKubectl(String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", name));
    all.addAll(List.of(arguments));
    return cluster.run("kubectl", all, input);
  }

  /** {@code kubectl edit} by somebody whose editor is sed; it has to succeed. */
  Result edit(String kindAndName, String sedExpression) {
    return cluster
        .run(
            "kubectl",
            List.of("-n", name, "edit", kindAndName),
            "",
            Map.of("KUBE_EDITOR", "sed -i -e " + sedExpression))
        .orFail();
  }

  /** {@code helm -n NAMESPACE …}, which has to succeed. */
  Result helm(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", name));
    all.addAll(List.of(arguments));
    return cluster.run("helm", all, "").orFail();
  }

  /** {@code kubectl apply -f -}, client-side, which has to succeed. */
  Result apply(String yaml, String... flags) {
    return tryApply(yaml, flags).orFail();
  }

  /** {@code kubectl apply -f -} with these flags, however it ends. */
  Result tryApply(String yaml, String... flags) {
    List<String> arguments = new ArrayList<>(List.of("apply", "-f", "-"));
    arguments.addAll(List.of(flags));
    return tryKubectl(yaml, arguments.toArray(String[]::new));
  }

  /** The object as it is persisted: {@code get("configmap/app-config")}. */
  JsonNode get(String kindAndName) {
    return json(kubectl("get", kindAndName, "-o", "json"));
  }

  /** Empty if there is no such object. */
  Optional<JsonNode> find(String kindAndName) {
    Result result = tryKubectl("", "get", kindAndName, "-o", "json", "--ignore-not-found");
    return result.orFail().out().isBlank() ? Optional.empty() : Optional.of(json(result));
  }

  /** All objects of a kind with these labels (all, where empty). */
  List<JsonNode> list(String kind, String selector) {
    JsonNode list = json(kubectl("get", kind, "-l", selector, "-o", "json"));
    return StreamSupport.stream(list.path("items").spliterator(), false).toList();
  }

  /** Names of the versions of this ConfigMap or Secret, sorted: {@code [app-config-v000]}. */
  List<String> versionsOf(String kind, String head) {
    return list(kind, "lockstep.dev/role=version,lockstep.dev/head=" + head).stream()
        .map(object -> object.at("/metadata/name").asText())
        .sorted()
        .toList();
  }

  /** The object, once it is there. */
  JsonNode awaitObject(String kindAndName) {
    return await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> find(kindAndName), Optional::isPresent)
        .get();
  }

  /** A label or annotation; empty text where there is none. */
  static String meta(JsonNode object, String map, String key) {
    return object.path("metadata").path(map).path(key).asText("");
  }

  static JsonNode json(Result result) {
    try {
      return JSON.readTree(result.out());
    } catch (JsonProcessingException e) {
      throw new AssertionError(result.command() + " printed no JSON: " + result.out(), e);
    }
  }
}
