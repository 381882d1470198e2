package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two replicas; who knows no path gets nothing, and no admission fails while paths change. */
@Execution(ExecutionMode.SAME_THREAD)
class SecretPathIT {
  private static final String MUTATING = "mutatingwebhookconfiguration/lockstep";
  private static final String VALIDATING = "validatingwebhookconfiguration/lockstep";
  private static final String SYSTEM = "lockstep-system";
  private static final int PER_SECOND = 20;

  private static final int KEYS = 40_000;

  private static RealCluster cluster;
  private static RealCluster.Replicas replicas;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("secret-path");
    replicas =
        cluster.install(
            2,
            Map.of(
                "LOCKSTEP_QUIET_PERIOD", "2s",
                "LOCKSTEP_PATHS_PERIOD", "500ms",
                "LOCKSTEP_FIXED_PATHS", "false"),
            "--set=webhook.fixedPaths=false");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @Test
  void whoKnowsNoPathLearnsNothing() {
    Shop shop = Shop.open(cluster);
    shop.apply(secret("pin", "pin", "4271"));
    shop.awaitObject("secret/pin-v000");
    ObjectNode guess = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"Secret\"}");
    guess.putObject("metadata").put("name", "pin");
    guess.putObject("data").put("pin", "NDI3MQ==");
    String right = Reviews.create(shop.name(), guess).toString();
    String elsewhere = "/" + "a".repeat(32);
    String pod =
        Reviews.create(shop.name(), shop.get("secret/pin-v000"))
            .toString()
            .replace("\"secrets\"", "\"pods\"");
    waiting().until(() -> cluster.secretPath(), path -> isClosed(path, right));

    for (int port : replicas.ports()) {
      for (String path :
          List.of(
              "/",
              "/mutate/heads",
              "/mutate/workloads",
              "/validate/versions",
              elsewhere + "/mutate/heads",
              elsewhere + "/mutate/workloads",
              elsewhere + "/validate/versions",
              "/warm-up/mutate/heads",
              "/q/metrics")) {
        for (String body : List.of(right, pod, "", "no review")) {
          var response = Reviews.client(cluster, url(port)).contentType("application/json");
          assertThat(response.body(body).post(path).statusCode()).as(path).isEqualTo(404);
        }
      }
    }
  }

  /** The root is open for a moment after the path was written. */
  private static boolean isClosed(String path, String review) {
    return replicas.ports().stream()
        .allMatch(
            port ->
                Reviews.client(cluster, url(port))
                        .contentType("application/json")
                        .body(review)
                        .post("/")
                        .statusCode()
                    == 404);
  }

  private static String url(int port) {
    return "https://127.0.0.1:" + port;
  }

  @Test
  void noAdmissionFailsWhilePathsAreReplacedRestoredAndTakenAway() {
    Shop shop = Shop.open(cluster);
    String first = cluster.secretPath();
    Load load = new Load(shop, PER_SECOND);
    try (load) {
      // Another path.
      kubectl("-n", SYSTEM, "delete", "secret", "lockstep-paths");
      waiting().until(cluster::secretPath, path -> !path.equals(first));
      admitMore(load);
      // An old configuration comes back.
      write(first);
      waiting().until(cluster::secretPath, path -> !path.equals(first));
      admitMore(load);
      // What has no path, as after Helm took it away.
      write("");
      waiting().until(cluster::secretPath, path -> !path.equals(first));
      admitMore(load);
      // The paths of the first release.
      patch("");
      waiting().until(cluster::secretPath, path -> !path.equals(first));
      admitMore(load);
    }
    assertThat(load.failures()).isEmpty();
  }

  private static void admitMore(Load load) {
    int before = load.admitted() + load.failures().size();
    waiting().until(() -> load.admitted() + load.failures().size() > before + 2 * PER_SECOND);
  }

  /** Both configurations as they would be with that before the paths. */
  private static void write(String prefix) {
    patch(prefix.isEmpty() ? null : prefix);
  }

  private static void patch(String prefix) {
    for (String configuration : List.of(MUTATING, VALIDATING)) {
      JsonNode webhooks =
          Reviews.json(kubectl("get", configuration, "-o", "json").out()).path("webhooks");
      StringBuilder patch = new StringBuilder("[");
      for (int i = 0; i < webhooks.size(); i++) {
        String url = webhooks.get(i).at("/clientConfig/url").asText();
        String server = url.replaceFirst("(https://[^/]*).*", "$1");
        String end =
            webhooks.get(i).path("name").asText().startsWith("versions")
                ? "/validate/versions"
                : "/mutate/" + webhooks.get(i).path("name").asText().replaceFirst("\\..*", "");
        patch
            .append(i == 0 ? "" : ",")
            .append("{\"op\":\"add\",\"path\":\"/webhooks/")
            .append(i)
            .append("/clientConfig/url\",\"value\":\"")
            .append(prefix == null ? server : server + prefix + end)
            .append("\"}");
      }
      kubectl("patch", configuration, "--type=json", "-p", patch + "]");
    }
  }

  @Test
  void thePathIsInNoLogAndNoMetric() {
    Shop shop = Shop.open(cluster);
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    String secret = cluster.secretPath().substring(1);

    for (String log : List.of("logs/server.log", "logs/server-2.log")) {
      assertThat(cluster.read(log)).contains("path").doesNotContain(secret);
    }
    String metrics = cluster.read("lockstep-management").strip() + "/q/metrics";
    assertThat(RestAssured.get(metrics).asString()).contains("lockstep_").doesNotContain(secret);
  }

  @Test
  void oneHostileTenantKeepsNobodyElseWaitingForEver() {
    Shop hostile = Shop.open(cluster);
    Shop other = Shop.open(cluster);
    String keys =
        IntStream.range(0, KEYS)
            .mapToObj(i -> "  k%05d: \"\"\n".formatted(i))
            .collect(Collectors.joining());
    StringBuilder references = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      hostile
          .tryKubectl(
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big-%d}\nimmutable: true\ndata:\n"
                      .formatted(i)
                  + keys,
              "create",
              "-f",
              "-")
          .orFail();
      references.append("{configMapRef: {name: big-%d}},".formatted(i));
    }
    String pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: hostile}\nspec:\n  containers:\n"
            + "    - {name: a, image: a, envFrom: [%s]}\n".formatted(references);
    List<CompletableFuture<Result>> attack =
        IntStream.range(0, 16)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () ->
                            hostile.tryKubectl(
                                pod, "create", "--dry-run=server", "-o", "name", "-f", "-")))
            .toList();
    Load load = new Load(other, PER_SECOND);
    try (load) {
      attack.forEach(CompletableFuture::join);
      admitMore(load);
    }
    assertThat(load.failures()).isEmpty();
    assertThat(cluster.metric("lockstep_leader")).isEqualTo(1);
  }

  private static Result kubectl(String... arguments) {
    return cluster.run("kubectl", List.of(arguments), "").orFail();
  }
}
