package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What happens to servers, not to objects: killed, taken away, several, set otherwise. One test
 * after the other in a cluster of their own, each with servers of its own.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Order(1)
class OwnClusterIT {
  private static final String HEAD = "configmap/app-config";
  private static final String BASELINE = "lockstep.dev/baseline";
  private static final int WRITERS = 5;
  private static final int ROUNDS = 10;

  private static RealCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("own-cluster");
  }

  @AfterEach
  void stopServers() {
    cluster.stopServers();
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static ConditionFactory waiting() {
    return await().atMost(Duration.ofSeconds(120)).pollInterval(Duration.ofMillis(200));
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  private static String deployment(String image) {
    return deployment("my-app", image);
  }

  private static String deployment(String name, String image) {
    return workload("Deployment", name, image, "app-config");
  }

  private static String deploymentWithSecret(String name, String image, String config, String key) {
    return workload(
        "Deployment",
        name,
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef:
                  name: %s
              - secretRef:
                  name: %s
        """
            .formatted(image, config, key));
  }

  private static String version(JsonNode head) {
    return Shop.meta(head, "labels", "lockstep.dev/version");
  }

  private static JsonNode awaitHeadAt(Shop shop, String head, String version) {
    return waiting().until(() -> shop.get(head), object -> version(object).equals(version));
  }

  private static JsonNode awaitVersion(Shop shop, String version) {
    return waiting().until(() -> shop.find(version), Optional::isPresent).orElseThrow();
  }

  private static void awaitBaseline(Shop shop, String app, String baseline) {
    waiting()
        .until(
            () -> shop.list("replicasets", "app=" + app),
            list ->
                list.stream()
                    .map(revision -> Shop.meta(revision, "annotations", BASELINE))
                    .anyMatch(baseline::equals));
  }

  private static String foo(Shop shop, String configMap) {
    return shop.get("configmap/" + configMap).at("/data/FOO").asText();
  }

  /** Runs it for each writer side by side. */
  private static List<Future<?>> each(ExecutorService threads, int writers, IntConsumer writer) {
    return IntStream.range(0, writers)
        .<Future<?>>mapToObj(i -> threads.submit(() -> writer.accept(i)))
        .toList();
  }

  @Test
  void killingTheServerInTheMiddleOfAppliesLosesNothing() throws Exception {
    Program server = cluster.install(Map.of());
    Shop shop = Shop.open(cluster);
    CountDownLatch someApplies = new CountDownLatch(WRITERS * ROUNDS / 3);
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    List<Future<?>> writing =
        each(
            threads,
            WRITERS,
            writer -> {
              for (int round = 0; round < ROUNDS; round++) {
                // In one apply kubectl would go on with the next file when one is refused.
                Stream.of(heads(writer, round), reader(writer, round))
                    .forEach(files -> waiting().until(() -> shop.tryApply(files).exit() == 0));
                someApplies.countDown();
              }
            });
    assertThat(someApplies.await(300, TimeUnit.SECONDS)).isTrue();

    server.kill();
    cluster.install(Map.of());

    for (Future<?> each : writing) {
      each.get();
    }
    threads.shutdown();
    List<String> numbers = IntStream.range(0, ROUNDS).mapToObj("-v%03d"::formatted).toList();
    for (int writer = 0; writer < WRITERS; writer++) {
      for (String head :
          List.of(
              "configmap/config-" + writer, "configmap/loose-" + writer, "secret/key-" + writer)) {
        String kind = head.substring(0, head.indexOf('/'));
        String name = head.substring(head.indexOf('/') + 1);
        awaitVersion(shop, head + numbers.get(ROUNDS - 1));
        assertThat(version(shop.get(head))).isEqualTo("v009");
        assertThat(shop.versionsOf(kind, name))
            .containsExactlyElementsOf(numbers.stream().map(name::concat).toList());
      }
    }
    Map<String, String> contents = contents(shop);
    contents.forEach(
        (name, content) ->
            numberOf(name).ifPresent(number -> assertThat(content).as(name).isEqualTo(number)));
    assertThat(shop.list("replicasets", ""))
        .isNotEmpty()
        .allSatisfy(
            revision -> {
              Workload.State state = new Workload.State(revision);
              String round = state.image().substring("app:".length());
              assertThat(state.names())
                  .hasSize(2)
                  .allSatisfy(name -> assertThat(contents).containsEntry(name, round));
            });
  }

  /** What one writer applies: all content is the round's number, and so is the image. */
  private static String heads(int writer, int round) {
    String value = String.valueOf(round);
    return configMap("config-" + writer, "FOO", value)
        + configMap("loose-" + writer, "FOO", value)
        + secret("key-" + writer, "KEY", value);
  }

  private static String reader(int writer, int round) {
    return deploymentWithSecret(
        "app-" + writer, "app:" + round, "config-" + writer, "key-" + writer);
  }

  /** The content of everything of those writers, by name. */
  private static Map<String, String> contents(Shop shop) {
    Function<JsonNode, String> name = object -> object.at("/metadata/name").asText();
    Map<String, String> contents =
        shop.list("configmaps", "lockstep.dev/role").stream()
            .collect(Collectors.toMap(name, object -> object.at("/data/FOO").asText()));
    for (JsonNode object : shop.list("secrets", "lockstep.dev/role")) {
      byte[] decoded = Base64.getDecoder().decode(object.at("/data/KEY").asText());
      contents.put(name.apply(object), new String(decoded, StandardCharsets.UTF_8));
    }
    return contents;
  }

  /** {@code 7} of {@code app-config-v007}. */
  private static Optional<String> numberOf(String name) {
    return Stream.of(name.split("-v"))
        .skip(1)
        .map(digits -> String.valueOf(Integer.parseInt(digits)))
        .findFirst();
  }

  @Test
  void whatWasWrittenWhileNobodyWatchedIsStampedAfterwardsAndNothingRolls() {
    cluster.install(Map.of());
    Shop shop = Shop.open(cluster);
    Workload app = new Workload(shop, "deployment/my-app");
    Workload late = new Workload(shop, "deployment/late");
    shop.apply(config("a") + configMap("back", "FOO", "a") + deployment("app:1"));
    app.settled();
    shop.apply(config("b") + configMap("back", "FOO", "b") + deployment("app:2"));
    shop.apply(configMap("lost", "FOO", "a"));
    Stream.of("app-config-v001", "back-v001", "lost-v000")
        .forEach(version -> awaitVersion(shop, "configmap/" + version));
    Workload.State before = app.settled();

    uninstall(shop);
    shop.kubectl("delete", "configmap", "lost-v000");
    shop.apply(
        config("c")
            + configMap("back", "FOO", "a")
            + configMap("lost", "FOO", "b")
            + configMap("new-config", "FOO", "a")
            + workload("Deployment", "late", "app:1", "new-config"));
    assertThat(version(shop.get(HEAD))).isEqualTo("v001");
    Workload.State lateBefore = late.settled();
    cluster.install(Map.of());

    awaitHeadAt(shop, HEAD, "v002");
    awaitVersion(shop, HEAD + "-v002");
    assertThat(foo(shop, "app-config-v000")).isEqualTo("a");
    assertThat(foo(shop, "app-config-v001")).isEqualTo("b");
    assertThat(foo(shop, "app-config-v002")).isEqualTo("c");
    JsonNode back = awaitHeadAt(shop, "configmap/back", "v000");
    assertThat(Shop.meta(back, "annotations", "lockstep.dev/newest")).isEqualTo("v001");
    awaitHeadAt(shop, "configmap/lost", "v001");
    assertThat(awaitVersion(shop, "configmap/lost-v001").at("/data/FOO").asText()).isEqualTo("b");
    assertThat(shop.find("configmap/lost-v000")).isEmpty();
    awaitHeadAt(shop, "configmap/new-config", "v000");
    awaitBaseline(shop, "late", "configmap/new-config=v000");
    assertThat(app.now().generation()).isEqualTo(before.generation());
    assertThat(late.now().generation()).isEqualTo(lateBefore.generation());

    shop.awaitWebhooks();
    shop.apply(deployment("app:3"));
    assertThat(app.settled().names()).containsExactly("app-config-v002");
    assertThat(app.undo().names()).containsExactly("app-config-v001");
    shop.apply(
        configMap("new-config", "FOO", "b")
            + workload("Deployment", "late", "app:2", "new-config"));
    assertThat(late.settled().names()).containsExactly("new-config-v001");
    assertThat(late.undo().names()).containsExactly("new-config-v000");
  }

  private static void uninstall(Shop shop) {
    cluster.uninstall();
    shop.awaitNoWebhooks();
  }

  @Test
  void whatIsOptedInAndOutWhileNobodyWatchesIsSoAfterwardsAndCanBeUndoneAcross() {
    cluster.install(Map.of());
    Shop left = Shop.open(cluster);
    left.apply(config("a"));
    awaitVersion(left, HEAD + "-v000");
    uninstall(left);
    left.kubectl("label", "namespace", left.name(), "lockstep.dev/versioning-");
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, "deployment/my-app");
    shop.apply(config("a") + deployment("app:1"));
    Workload.State before = app.settled();
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning=enabled");

    cluster.install(Map.of());
    awaitBaseline(shop, "my-app", "configmap/app-config=v000");
    uninstall(shop);
    cluster.install(Map.of());
    shop.awaitWebhooks();

    awaitHeadAt(left, HEAD, "");
    assertThat(foo(left, "app-config-v000")).isEqualTo("a");
    assertThat(app.now().generation()).isEqualTo(before.generation());
    assertThat(app.now().template()).isEqualTo(before.template());
    shop.apply(config("b") + deployment("app:2"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");
    assertThat(app.undo().names()).containsExactly("app-config-v000");
    assertThat(foo(shop, "app-config-v000")).isEqualTo("a");
  }

  @Test
  void aRestartOfTheServerDoesNotDragForwardWhatWasRolledBack() {
    Map<String, String> quick = Map.of("LOCKSTEP_QUIET_PERIOD", "1s");
    Program server = cluster.install(quick);
    Shop shop = Shop.open(cluster);
    Workload held = new Workload(shop, "deployment/a-held");
    Workload follower = new Workload(shop, "deployment/follower");
    rollBack(shop, held, follower);
    server.stop();
    // No template changes: this needs no server. The pass that moves one has seen the other before.
    shop.kubectl("annotate", "deployment", "a-held", "follower", "lockstep.dev/rollout=auto");
    Workload.State before = held.settled();

    cluster.install(quick);

    waiting().until(() -> follower.now().names(), List.of("app-config-v002")::equals);
    assertStillRolledBack(held, before);
  }

  /** Two on versions 0 and 1, the first by an undo; the head is at 2. */
  private static void rollBack(Shop shop, Workload held, Workload follower) {
    shop.apply(config("a") + deployment("a-held", "app:1") + deployment("follower", "app:1"));
    held.settled();
    shop.apply(config("b") + deployment("a-held", "app:2") + deployment("follower", "app:2"));
    held.settled();
    follower.settled();
    assertThat(held.undo().held()).isEqualTo("configmap/app-config=v000");
    shop.apply(config("c"));
    assertThat(follower.now().names()).containsExactly("app-config-v001");
  }

  private static void assertStillRolledBack(Workload held, Workload.State before) {
    Workload.State after = held.now();
    assertThat(after.names()).containsExactly("app-config-v000");
    assertThat(after.held()).isEqualTo("configmap/app-config=v000");
    assertThat(after.generation()).isEqualTo(before.generation());
  }

  @Test
  void twoServersServeAsOne() throws Exception {
    RealCluster.Replicas replicas = cluster.install(2, Map.of());
    Shop existing = Shop.closed(cluster);
    existing.apply(config("a") + deployment("app:1"));
    Workload old = new Workload(existing, "deployment/my-app");
    Workload.State bare = old.settled();
    Shop shop = Shop.open(cluster);
    Workload app = new Workload(shop, "deployment/my-app");
    String reader = deploymentWithSecret("my-app", "app:1", "app-config", "app-secret");

    // Who hashes Secrets first makes the key for both.
    for (int i = 0; i < 4; i++) {
      shop.apply(config("a") + secret("app-secret", "KEY", "a") + reader);
    }
    Workload.State first = app.settled();
    assertThat(first.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(first.annotation("deployment.kubernetes.io/revision")).isEqualTo("1");
    shop.apply(config("b") + secret("app-secret", "KEY", "b") + reader.replace("app:1", "app:2"));
    assertThat(app.settled().names()).containsExactly("app-config-v001", "app-secret-v001");
    assertThat(app.undo().names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(app.restart().err()).contains("stays at v000 after an undo");
    assertThat(app.undo().image()).isEqualTo("app:1");
    shop.apply(reader.replace("app:1", "app:3"));
    assertThat(app.settled().names()).containsExactly("app-config-v001", "app-secret-v001");

    assertThatParallelWritersGetANumberEach(shop);

    existing.optIn();
    awaitBaseline(existing, "my-app", "configmap/app-config=v000");
    assertThat(old.now().generation()).isEqualTo(bare.generation());
    existing.apply(config("b") + deployment("app:2"));
    assertThat(old.settled().names()).containsExactly("app-config-v001");
    assertThat(old.undo().names()).containsExactly("app-config-v000");
    assertThat(replicas.forwarder().served()).containsOnlyKeys(replicas.ports());
  }

  private static void assertThatParallelWritersGetANumberEach(Shop shop) throws Exception {
    int writers = 30;
    shop.apply(configMap("shared", "FOO", "first"));
    ExecutorService threads = Executors.newFixedThreadPool(6);
    for (Future<?> each :
        each(
            threads,
            writers,
            writer ->
                shop.kubectl(
                    "patch",
                    "configmap",
                    "shared",
                    "--type=merge",
                    "-p",
                    "{\"data\":{\"FOO\":\"%d\"}}".formatted(writer)))) {
      each.get();
    }
    threads.shutdown();
    awaitHeadAt(shop, "configmap/shared", "v030");
    awaitVersion(shop, "configmap/shared-v030");
    assertThat(shop.versionsOf("configmap", "shared"))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(0, writers).mapToObj("shared-v%03d"::formatted).toList());
    assertThat(
            shop.list("configmaps", "lockstep.dev/head=shared").stream()
                .map(object -> object.at("/data/FOO").asText()))
        .doesNotHaveDuplicates();
  }

  @Test
  void whenTheLeaderIsKilledTheOtherServerGoesOn() {
    RealCluster.Replicas replicas = cluster.install(2, Map.of("LOCKSTEP_QUIET_PERIOD", "1s"));
    Shop shop = Shop.open(cluster);
    Workload held = new Workload(shop, "deployment/a-held");
    Workload follower = new Workload(shop, "deployment/follower");
    rollBack(shop, held, follower);
    String leader = waiting().until(OwnClusterIT::leader, name -> name.startsWith("server-"));

    replicas.servers().get(leader.startsWith("server-2-") ? 1 : 0).kill();
    shop.kubectl("annotate", "deployment", "a-held", "follower", "lockstep.dev/rollout=auto");
    Workload.State before = held.settled();
    waiting().until(() -> shop.tryApply(config("d")).exit() == 0);

    assertThat(awaitVersion(shop, HEAD + "-v003").at("/data/FOO").asText()).isEqualTo("d");
    assertThat(leader()).isNotEqualTo(leader);
    waiting().until(() -> follower.now().names(), List.of("app-config-v003")::equals);
    assertStillRolledBack(held, before);
    shop.apply(config("e") + deployment("a-held", "app:3"));
    assertThat(held.settled().names()).containsExactly("app-config-v004");
  }

  /** The first release is admitted while nobody leads, so before older revisions have notes. */
  @Test
  void aReleaseThatComesBeforeTheNotesOfAnOptInIsNotWhatOlderRevisionsMeant() {
    RealCluster.Replicas replicas = cluster.install(2, Map.of());
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, "deployment/my-app");
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    String leader = waiting().until(OwnClusterIT::leader, name -> name.startsWith("server-"));

    replicas.servers().get(leader.startsWith("server-2-") ? 1 : 0).kill();
    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning=enabled");
    Stream.of(config("b"), deployment("app:2"))
        .forEach(files -> waiting().until(() -> shop.tryApply(files).exit() == 0));

    assertThat(app.settled().names()).containsExactly("app-config-v001");
    awaitBaseline(shop, "my-app", HEAD + "=v000");
    app.undo();
    assertThat(app.settled().names()).containsExactly("app-config-v000");
    assertThat(foo(shop, "app-config-v000")).isEqualTo("a");
  }

  private static String leader() {
    return cluster
        .run(
            "kubectl",
            List.of(
                "-n",
                "lockstep-system",
                "get",
                "lease",
                "lockstep",
                "-o",
                "jsonpath={.spec.holderIdentity}"),
            "")
        .out();
  }

  @Test
  void onlyWhatATemplateNamesBecomesAHeadWhereThatIsSet() {
    cluster.install(Map.of("LOCKSTEP_HEADS", "referenced"), "--set=config.heads=referenced");
    Shop shop = Shop.closed(cluster);
    Workload app = new Workload(shop, "deployment/my-app");
    String reader = deploymentWithSecret("my-app", "app:1", "app-config", "app-secret");
    shop.apply(
        config("a")
            + secret("app-secret", "KEY", "a")
            + configMap("counter", "FOO", "1")
            + secret("token", "KEY", "1")
            + reader);
    Workload.State before = app.settled();

    shop.kubectl("label", "namespace", shop.name(), "lockstep.dev/versioning=enabled");

    awaitBaseline(shop, "my-app", "configmap/app-config=v000,secret/app-secret=v000");
    assertThat(app.now().generation()).isEqualTo(before.generation());
    waiting()
        .until(
            () -> shop.apply(reader.replace("app:1", "app:2"), "--dry-run=server", "-o", "json"),
            result -> result.out().contains("app-config-v000"));
    shop.apply(
        config("b")
            + configMap("counter", "FOO", "2")
            + configMap("other", "FOO", "1")
            + reader.replace("app:1", "app:2"));
    assertThat(app.settled().names()).containsExactly("app-config-v001", "app-secret-v000");
    assertThat(app.undo().names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(foo(shop, "app-config-v000")).isEqualTo("a");

    // Named for the first time, and so a head from now on.
    shop.apply(workload("Deployment", "next", "app:1", "other"));
    assertThat(new Workload(shop, "deployment/next").settled().names())
        .containsExactly("other-v000");
    shop.apply(configMap("other", "FOO", "2"));
    awaitVersion(shop, "configmap/other-v001");

    for (String kind : List.of("configmaps", "secrets")) {
      assertThat(shop.list(kind, "lockstep.dev/role"))
          .isNotEmpty()
          .extracting(object -> object.at("/metadata/name").asText())
          .noneMatch(name -> name.startsWith("counter") || name.startsWith("token"));
    }
  }
}
