package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files come in any order, and it ends right, or it is told. */
@OnRealCluster
class OrderIT {
  private static final String APP = "deployment/my-app";
  private static final String WAITING = "lockstep.dev/waiting";
  private static final String[] STRANGER = {"--as=joe", "--as-group=system:masters"};

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static String config(String value) {
    return configMap("app-config", "FOO", value);
  }

  /** A container with both, and what is to be said about both references. */
  private static String withSecret(String image, String more) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef: {name: app-config%s}
              - secretRef: {name: app-secret%s}
        """
            .formatted(image, more, more));
  }

  private static Workload.State awaitState(Workload workload, Predicate<Workload.State> expected) {
    waiting().until(workload::now, expected);
    return workload.settled();
  }

  /** Whether one undo would go back to this image: what nobody meant has the last number then. */
  private static boolean isReleasedBefore(Workload app, String image) {
    return numbers(app).size() > 1
        && numbers(app).get(numbers(app).size() - 2).image().equals(image);
  }

  /** A revision as kubectl sees it. */
  private record Numbered(long number, String image) {}

  private static List<Numbered> numbers(Workload app) {
    String uid = app.now().object().at("/metadata/uid").asText();
    boolean isDeployment = app.kindAndName().toLowerCase(Locale.ROOT).startsWith("deployment/");
    return app.shop().list(isDeployment ? "replicasets" : "controllerrevisions", "").stream()
        .filter(revision -> revision.at("/metadata/ownerReferences/0/uid").asText().equals(uid))
        .map(
            revision ->
                isDeployment
                    ? new Numbered(
                        Long.parseLong(
                            Shop.meta(
                                revision, "annotations", "deployment.kubernetes.io/revision")),
                        revision.at("/spec/template/spec/containers/0/image").asText())
                    : new Numbered(
                        revision.path("revision").asLong(),
                        revision.at("/data/spec/template/spec/containers/0/image").asText()))
        .sorted(Comparator.comparingLong(Numbered::number))
        .toList();
  }

  private static Predicate<Workload.State> names(String... names) {
    return state -> state.names().equals(List.of(names));
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, --server-side=false",
    "Deployment, --server-side",
    "StatefulSet, --server-side=false",
    "DaemonSet, --server-side=false"
  })
  void aWorkloadThatCameFirstIsBoundWhenItsConfigComes(String kind, String mode, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(workload(kind, "my-app", "app:1", "app-config"), mode);
    Workload.State waiting = app.settled();
    assertThat(waiting.names()).containsExactly("app-config");
    assertThat(waiting.annotation(WAITING)).isEqualTo("configmap/app-config");

    shop.apply(config("a"), mode);

    Workload.State bound = awaitState(app, names("app-config-v000"));
    assertThat(bound.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(bound.annotation(WAITING)).isEmpty();
    assertThat(bound.annotation("lockstep.dev/rebind")).isEmpty();
    assertThat(bound.held()).isEmpty();
    assertThat(bound.generation()).isEqualTo(waiting.generation() + 1);

    // Nothing is left that a later apply of the same files would change.
    shop.apply(config("a") + workload(kind, "my-app", "app:1", "app-config"), mode);
    assertThat(app.now().generation()).isEqualTo(bound.generation());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void anUndoGoesBackToWhatWasBoundWhenTheConfigCame(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(workload(kind, "my-app", "app:1", "app-config"));
    app.settled();
    shop.apply(config("a"));
    awaitState(app, names("app-config-v000"));
    shop.apply(config("b") + workload(kind, "my-app", "app:2", "app-config"));
    assertThat(app.settled().names()).containsExactly("app-config-v001");

    Workload.State undone = app.undo();

    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.image()).isEqualTo("app:1");
  }

  /** Nobody meant that revision: its pods never ran. */
  @Test
  void theRevisionThatWaitedIsNothingToGoBackTo(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(deployment("app:1"));
    app.settled();
    shop.apply(config("a"));
    awaitState(app, names("app-config-v000"));
    shop.apply(config("b") + deployment("app:2"));
    app.settled();

    Result toTheFirst = shop.tryKubectl("", "rollout", "undo", APP, "--to-revision=1");

    assertThat(toTheFirst.exit()).isNotZero();
    assertThat(toTheFirst.err()).contains("unable to find specified revision 1");
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000");
    assertThat(undone.annotation(WAITING)).isEmpty();
  }

  @Test
  void aCronJobThatCameFirstIsBoundToo(Shop shop) {
    shop.apply(KindsIT.Kind.CRON_JOB.manifest("app:1"));
    assertThat(KindsIT.Kind.CRON_JOB.in(shop).config()).isEqualTo("app-config");

    shop.apply(config("a"));

    waiting().until(() -> KindsIT.Kind.CRON_JOB.in(shop).config().equals("app-config-v000"));
  }

  @Test
  void twoThatAreWaitedForComeOneAfterTheOther(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(withSecret("app:1", ""));
    assertThat(app.settled().annotation(WAITING))
        .isEqualTo("configmap/app-config,secret/app-secret");

    shop.apply(config("a"));
    Workload.State half = awaitState(app, names("app-config-v000", "app-secret"));
    assertThat(half.annotation(WAITING)).isEqualTo("secret/app-secret");

    shop.apply(secret("app-secret", "KEY", "a"));
    Workload.State whole = awaitState(app, names("app-config-v000", "app-secret-v000"));
    assertThat(whole.annotation(WAITING)).isEmpty();
    assertThat(whole.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v000");
  }

  @Test
  void whatIsOptionalIsBoundAtTheNextApply(Shop shop) {
    Workload app = new Workload(shop, APP);
    Workload canary = new Workload(shop, "deployment/zz-canary");
    shop.apply(
        withSecret("app:1", ", optional: true")
            + workload("Deployment", "zz-canary", "app:1", "app-config"));
    Workload.State first = app.settled();
    assertThat(first.annotation(WAITING)).isEmpty();

    shop.apply(config("a") + secret("app-secret", "KEY", "a"));

    // The canary is seen to after it: what was to happen has happened then.
    awaitState(canary, names("app-config-v000"));
    assertThat(app.now().template()).isEqualTo(first.template());
    shop.apply(withSecret("app:2", ", optional: true"));
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
  }

  /**
   * The same file again is no request that changes a template: nothing could be rewritten in it.
   */
  @Test
  void whatIsOptionalIsBoundWithoutAnApplyWhenAskedFor(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(withSecret("app:1", ", optional: true"));
    shop.apply(config("a") + secret("app-secret", "KEY", "a"));
    shop.apply(withSecret("app:1", ", optional: true"));
    assertThat(app.now().names()).containsExactly("app-config", "app-secret");

    shop.kubectl("annotate", APP, "lockstep.dev/rebind=");

    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(app.now().annotation("lockstep.dev/rebind")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"workload", "namespace"})
  void withAutoItEndsOnTheNewVersionThoughTheWorkloadsFileIsFirst(String where, Shop shop) {
    Workload app = new Workload(shop, APP);
    String auto = "lockstep.dev/rollout=auto";
    shop.apply(config("a") + secret("app-secret", "KEY", "a") + withSecret("app:1", ""));
    app.settled();
    shop.kubectl("annotate", where.equals("workload") ? APP : "namespace/" + shop.name(), auto);

    shop.apply(withSecret("app:2", "") + secret("app-secret", "KEY", "b"));

    Workload.State followed = awaitState(app, names("app-config-v000", "app-secret-v001"));
    assertThat(followed.image()).isEqualTo("app:2");
    assertThat(followed.bindings()).isEqualTo("configmap/app-config=v000,secret/app-secret=v001");
    // Two revisions of that apply, and an undo goes over the one that nobody meant.
    awaitState(app, state -> isReleasedBefore(app, "app:1"));
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.held()).isEqualTo("secret/app-secret=v000");
  }

  /** Who releases is not who changes: it is no release of theirs. */
  @Test
  void aStrangersChangeRightAfterMovesNobodyAndThatIsTold(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(secret("app-secret", "KEY", "a") + config("a") + withSecret("app:1", ""));
    app.settled();

    shop.apply(withSecret("app:2", ""));
    app.settled();
    shop.apply(secret("app-secret", "KEY", "b"), STRANGER);

    JsonNode event =
        waiting().until(() -> events(shop, "LeftBehind"), events -> !events.isEmpty()).get(0);
    assertThat(event.at("/involvedObject/kind").asText()).isEqualTo("Deployment");
    assertThat(event.at("/involvedObject/name").asText()).isEqualTo("my-app");
    assertThat(event.at("/involvedObject/uid")).isEqualTo(app.now().object().at("/metadata/uid"));
    assertThat(event.path("message").asText()).contains("secret/app-secret");
    assertThat(shop.kubectl("describe", APP).out()).contains("LeftBehind");
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v000");
    // It counts those of all namespaces, and other tests have theirs.
    waiting().until(() -> shop.cluster().metric("lockstep_workloads_behind") >= 1);
    assertThat(shop.cluster().metric("lockstep_leader")).isEqualTo(1);

    app.restart();
    assertThat(app.now().names()).containsExactly("app-config-v000", "app-secret-v001");
  }

  /** A folder's files, in the order in which they are sent. */
  enum FileOrder {
    WORKLOAD_FIRST("WCS"),
    WORKLOAD_IN_BETWEEN("CWS"),
    WORKLOAD_LAST("SCW");

    private final String order;

    FileOrder(String order) {
      this.order = order;
    }

    String of(String workload, String config, String secret) {
      StringBuilder files = new StringBuilder();
      for (char file : order.toCharArray()) {
        files.append(
            switch (file) {
              case 'W' -> workload;
              case 'C' -> config;
              default -> secret;
            });
      }
      return files.toString();
    }
  }

  private static String limited(String manifest, int limit) {
    return manifest.replaceFirst("\nspec:\n", "\nspec:\n  revisionHistoryLimit: " + limit + "\n");
  }

  private static String podSpec(String image, String config, String secret) {
    return """
    containers:
      - name: app
        image: %s
        envFrom:
          - configMapRef: {name: %s}
          - secretRef: {name: %s}
    """
        .formatted(image, config, secret);
  }

  /**
   * A DaemonSet's controller counts revisions that still have pods, and deletes one without: where
   * all pods are replaced within the two seconds that a release takes, 1 is one too few.
   */
  private static int leastLimit(String kind) {
    return kind.equals("DaemonSet") ? 2 : 1;
  }

  static Stream<Arguments> folders() {
    return Stream.of("Deployment", "StatefulSet", "DaemonSet")
        .flatMap(
            kind ->
                Stream.of(FileOrder.values())
                    .flatMap(
                        folder ->
                            Stream.of(
                                Arguments.of(kind, folder, "--server-side=false", 10),
                                Arguments.of(kind, folder, "--server-side", leastLimit(kind)))));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aFolderInAnyOrderIsOneReleaseAndOneUndoBringsTheOneBefore(
      String kind, FileOrder folder, String mode, int limit, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    String first =
        limited(workload(kind, "my-app", podSpec("app:1", "app-config", "app-secret")), limit);
    String second = first.replace("app:1", "app:2");
    shop.apply(folder.of(first, config("a"), secret("app-secret", "KEY", "a")), mode);
    awaitState(app, names("app-config-v000", "app-secret-v000"));
    awaitNothingInBetween(app);

    shop.apply(folder.of(second, config("b"), secret("app-secret", "KEY", "b")), mode);

    Workload.State released = awaitState(app, names("app-config-v001", "app-secret-v001"));
    assertThat(released.image()).isEqualTo("app:2");
    assertThat(released.held()).isEmpty();
    awaitNothingInBetween(app);
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000", "app-secret-v000");
    assertThat(undone.held()).isNotEmpty();
  }

  /** Until each revision that nobody meant has the last number. */
  private static void awaitNothingInBetween(Workload app) {
    String uid = app.now().object().at("/metadata/uid").asText();
    waiting()
        .until(
            () ->
                Stream.of("replicasets", "controllerrevisions")
                    .flatMap(kind -> app.shop().list(kind, "").stream())
                    .filter(r -> r.at("/metadata/ownerReferences/0/uid").asText().equals(uid))
                    .filter(r -> !Shop.meta(r, "annotations", "lockstep.dev/in-between").isEmpty())
                    .allMatch(OrderIT::isLast));
  }

  private static boolean isLast(JsonNode revision) {
    return revision.has("revision")
        ? revision.path("revision").asLong() == 0
        : Shop.meta(revision, "annotations", "deployment.kubernetes.io/revision").equals("-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void aReleaseWithNewNamesBeforeTheirObjectsIsUndoneOnce(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(configMap("foo", "FOO", "1") + workload(kind, "my-app", "app:1", "foo"));
    app.settled();

    shop.apply(workload(kind, "my-app", "app:2", "bar") + configMap("bar", "BAR", "1"));

    awaitState(app, names("bar-v000"));
    awaitNothingInBetween(app);
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("foo-v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void aFirstReleaseInTheWrongOrderHasNothingToGoBackTo(String kind, Shop shop) {
    Workload app = new Workload(shop, kind + "/my-app");
    shop.apply(workload(kind, "my-app", "app:1", "app-config") + config("a"));
    Workload.State bound = awaitState(app, names("app-config-v000"));
    awaitNothingInBetween(app);

    Result undo = shop.tryKubectl("", "rollout", "undo", kind + "/my-app");

    assertThat(undo.exit()).isNotZero();
    assertThat(app.now().template()).isEqualTo(bound.template());
  }

  /** As in a folder with the Deployment first and its ConfigMap last. */
  @Test
  void aLargeFolderIsOneReleaseToo(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(config("a") + deployment("app:1"));
    app.settled();
    StringBuilder folder = new StringBuilder(deployment("app:2"));
    for (int i = 0; i < 198; i++) {
      folder.append(configMap("filler-" + i, "A", "b"));
    }

    shop.apply(folder + config("b"));

    awaitState(app, names("app-config-v001"));
    awaitNothingInBetween(app);
    Workload.State undone = app.undo();
    assertThat(undone.image()).isEqualTo("app:1");
    assertThat(undone.names()).containsExactly("app-config-v000");
  }

  private static List<JsonNode> events(Shop shop, String reason) {
    return shop.list("events", "").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .toList();
  }
}
