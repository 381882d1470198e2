package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two servers behind a Service: what clients of the API server see while one of them, the API
 * server or its store comes and goes. The API server keeps its connections, as it does everywhere.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Isolated("a machine that is busy with other tests fails admissions by itself: calls come too late")
class AvailabilityIT {
  private static final String HEAD = "configmap/app-config";
  private static final int ADMISSIONS_PER_SECOND = 20;

  /** Of each server; ten take some minutes. */
  private static final int RESTARTS = Integer.getInteger("lockstep.restarts");

  /** Longer than the Service takes to learn of it, and another server to take the lease. */
  private static final Map<String, String> SERVER = Map.of("LOCKSTEP_DRAIN", "12s");

  private static ServedCluster served;

  @BeforeAll
  static void start() {
    served = new ServedCluster("availability", SERVER, 2);
  }

  @AfterAll
  static void end() {
    served.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200));
  }

  @Test
  void restartingEachServerInTurnFailsNoAdmission() {
    Shop shop = Shop.open(served.cluster());
    Load load = new Load(shop, ADMISSIONS_PER_SECOND);
    try (load) {
      for (int restart = 0; restart < RESTARTS; restart++) {
        for (int number = 1; number <= 2; number++) {
          int server = number;
          served.stop(server);
          assertThat(served.hasServed(3 - server)).isTrue();
          served.start(server);
          waiting().until(() -> served.isKnown(server));
        }
      }
    }
    assertThat(load.failures()).isEmpty();
    assertThat(load.admitted()).isGreaterThan(ADMISSIONS_PER_SECOND * RESTARTS);
    for (int head = 0; head < Load.HEADS; head++) {
      JsonNode object = shop.get("configmap/load-" + head);
      String version = Shop.meta(object, "labels", "lockstep.dev/version");
      assertThat(shop.awaitObject("configmap/load-" + head + "-" + version).path("data"))
          .isEqualTo(object.path("data"));
    }
  }

  @Test
  void aServerThatIsToldToStopIsNotReadyAndLeadsNoMoreButServesUntilItsTimeIsOver() {
    Shop shop = Shop.open(served.cluster());
    int leader = waiting().until(served::leader, number -> number > 0);
    Endpoints.Server server = served.server(leader);

    served.askToStop(leader);

    waiting().until(() -> !server.isReady());
    ObjectNode late = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    late.putObject("metadata").put("name", "late");
    Response answer =
        Reviews.client(served.cluster(), "https://127.0.0.1:" + server.port())
            .contentType("application/json")
            .body(Reviews.create(shop.name(), late).toString())
            .post(Reviews.HEADS);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.header("Connection")).isEqualTo("close");
    waiting().until(() -> metric(server, "lockstep_leader").equals("0.0"));
    waiting().until(served::leader, number -> number == 3 - leader);

    served.stop(leader);
    served.start(leader);
    waiting().until(server(leader)::isReady);
  }

  private static Endpoints.Server server(int number) {
    return served.server(number);
  }

  private static String metric(Endpoints.Server server, String name) {
    return RestAssured.get(server.management() + "/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void versionsAreMadeAgainTwentySecondsAfterTheLeaderWasKilled() {
    Shop shop = Shop.open(served.cluster());
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.awaitObject(HEAD + "-v000");
    int leader = waiting().until(served::leader, number -> number > 0);
    long killed = System.nanoTime();

    served.kill(leader);
    // Nobody is asked about this one again: only a leader makes its version.
    waiting().until(() -> shop.tryApply(configMap("app-config", "FOO", "b")).exit() == 0);

    await()
        .atMost(Duration.ofSeconds(20).minusNanos(System.nanoTime() - killed))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.find(HEAD + "-v001").isPresent());
    served.start(leader);
  }

  @Test
  void requestsNeedNoLeader() {
    Shop shop = Shop.open(served.cluster());
    Workload app = new Workload(shop, "deployment/my-app");
    waiting().until(served::leader, number -> number > 0);
    kubectl(
        "patch",
        "--type=merge",
        "-p",
        """
        {"spec": {"holderIdentity": "nobody", "leaseDurationSeconds": 3600,
          "renewTime": "2099-01-01T00:00:00.000000Z"}}
        """);
    try {
      waiting()
          .until(
              () ->
                  Stream.of(1, 2)
                      .allMatch(number -> metric(server(number), "lockstep_leader").equals("0.0")));
      shop.apply(configMap("app-config", "FOO", "a") + deployment("app:1"));
      assertThat(app.settled().names()).containsExactly("app-config-v000");
      shop.apply(configMap("app-config", "FOO", "b") + deployment("app:2"));
      assertThat(app.settled().names()).containsExactly("app-config-v001");
      assertThat(app.undo().names()).containsExactly("app-config-v000");
      assertThat(served.leader()).isZero();
    } finally {
      kubectl("delete");
    }
    waiting().until(served::leader, number -> number > 0);
  }

  private static String deployment(String image) {
    return Manifests.workload("Deployment", "my-app", image, "app-config");
  }

  @Test
  void aLeaseThatSomebodyBrokeIsTakenAgain() {
    waiting().until(served::leader, number -> number > 0);

    kubectl("patch", "--type=merge", "-p", "{\"spec\":{\"renewTime\":null}}");

    waiting().until(() -> !kubectl("get", "-o", "jsonpath={.spec.renewTime}").isEmpty());
    assertThat(served.leader()).isPositive();
  }

  /** Of the lease. */
  private static String kubectl(String verb, String... options) {
    List<String> arguments = new ArrayList<>(List.of("-n", "lockstep-system", verb));
    arguments.addAll(List.of("lease", "lockstep"));
    arguments.addAll(List.of(options));
    return served.cluster().run("kubectl", arguments, "").orFail().out();
  }

  @Test
  void afterTheApiServerWasKilledEverythingGoesOnByItself() {
    Shop shop = Shop.open(served.cluster());
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.apply(configMap("app-config", "FOO", "b"));

    served.cluster().signal("kube-apiserver", "KILL");

    assertThatItGoesOn(shop);
  }

  @Test
  void afterTheStoreStoodStillEverythingGoesOnByItselfAndReadinessTellsTheTruth() {
    Shop shop = Shop.open(served.cluster());
    shop.apply(configMap("app-config", "FOO", "a"));
    shop.apply(configMap("app-config", "FOO", "b"));
    served.cluster().signal("etcd", "STOP");
    try {
      waiting().until(() -> !server(1).isReady() && !server(2).isReady());
      // With the time until then, this is more than twenty seconds.
      await()
          .during(Duration.ofSeconds(8))
          .atMost(Duration.ofSeconds(60))
          .until(() -> !server(1).isReady() && !server(2).isReady());
    } finally {
      served.cluster().signal("etcd", "CONT");
    }

    assertThatItGoesOn(shop);
  }

  private static void assertThatItGoesOn(Shop shop) {
    waiting().until(() -> server(1).isReady() && server(2).isReady());
    waiting().until(() -> shop.tryApply(configMap("app-config", "FOO", "c")).exit() == 0);
    // Made by the leader, who has heard of it by a watch.
    waiting().until(() -> shop.find(HEAD + "-v002").isPresent());
    List<String> contents =
        IntStream.range(0, 3)
            .mapToObj(number -> shop.get(HEAD + "-v00" + number).at("/data/FOO").asText())
            .toList();
    assertThat(contents).containsExactly("a", "b", "c");
    assertThat(Shop.meta(shop.get(HEAD), "labels", "lockstep.dev/version")).isEqualTo("v002");
  }
}
