package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.it.Plugin.Shell;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code kubectl lockstep}: what it prints is what the API has, in dash, bash and busybox. */
@OnRealCluster
class PluginIT {
  private static final String APP = "deployment/my-app";
  private static final String TOP_SECRET = "hunter2";

  private static String app(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  private static String withSecret(String name, String image) {
    return workload(
        "Deployment",
        name,
        """
        containers:
          - name: app
            image: %s
            envFrom:
              - configMapRef:
                  name: app-config
              - secretRef:
                  name: app-secret
        """
            .formatted(image));
  }

  /** Two releases, the second with another key. */
  private static Workload releasedTwice(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(configMap("app-config", "FOO", "bar") + app("app:1"));
    app.settled();
    shop.awaitObject("configmap/app-config-v000");
    shop.apply(configMap("app-config", "BAR", "baz") + app("app:2"));
    app.settled();
    shop.awaitObject("configmap/app-config-v001");
    return app;
  }

  private static List<JsonNode> items(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).toList();
  }

  private static List<String> texts(JsonNode list) {
    return items(list).stream().map(JsonNode::asText).toList();
  }

  private static Set<String> keys(JsonNode object) {
    return object.path("data").properties().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  // --- history ---

  @Test
  void historyTellsTheVersionsAsTheApiHasThem(Shop shop) {
    shop.apply(configMap("app-config", Map.of("FOO", "1", "SAME", "x")) + app("app:1"));
    new Workload(shop, APP).settled();
    shop.awaitObject("configmap/app-config-v000");
    shop.apply(configMap("app-config", Map.of("FOO", "2", "BAR", "1", "SAME", "x")) + app("app:2"));
    new Workload(shop, APP).settled();
    shop.awaitObject("configmap/app-config-v001");
    shop.apply(configMap("app-config", Map.of("BAR", "1", "SAME", "x")));
    shop.awaitObject("configmap/app-config-v002");

    JsonNode history = new Plugin(shop).json("history", "app-config");

    assertThat(history.at("/current").asText()).isEqualTo("v002");
    assertThat(history.at("/namespace").asText()).isEqualTo(shop.name());
    List<JsonNode> versions = items(history.path("versions"));
    assertThat(versions)
        .extracting(v -> v.path("name").asText())
        .containsExactlyElementsOf(shop.versionsOf("configmap", "app-config"));
    JsonNode before = shop.get("configmap/app-config-v000").path("none");
    for (JsonNode version : versions) {
      JsonNode object = shop.get("configmap/" + version.path("name").asText());
      assertThat(version.path("created").asText())
          .isEqualTo(object.at("/metadata/creationTimestamp").asText());
      assertThat(version.path("changedBy").asText())
          .isEqualTo(Shop.meta(object, "annotations", "lockstep.dev/changed-by"))
          .isNotEmpty();
      assertThat(version.path("content").asText())
          .isEqualTo(Shop.meta(object, "labels", "lockstep.dev/content"));
      assertThat(version.path("current").asBoolean())
          .isEqualTo(version.path("version").asText().equals("v002"));
      holdChanges(version, before, object);
      before = object;
    }
    assertThat(versions.get(1).path("usedBy").get(0).path("name").asText()).isEqualTo("my-app");
    assertThat(versions.get(0).path("usedBy").get(0).path("revision").asInt()).isEqualTo(1);
    assertThat(versions.get(2).path("usedBy")).isEmpty();
  }

  private static void holdChanges(JsonNode version, JsonNode before, JsonNode object) {
    Set<String> added = keys(object);
    added.removeAll(keys(before));
    Set<String> removed = keys(before);
    removed.removeAll(keys(object));
    Set<String> changed = keys(object);
    changed.retainAll(keys(before));
    changed.removeIf(key -> before.path("data").path(key).equals(object.path("data").path(key)));
    assertThat(texts(version.path("added"))).containsExactlyElementsOf(added);
    assertThat(texts(version.path("removed"))).containsExactlyElementsOf(removed);
    assertThat(texts(version.path("changed"))).containsExactlyElementsOf(changed);
  }

  @Test
  void historyIsATableForPeople(Shop shop) {
    releasedTwice(shop);
    String user =
        Shop.meta(shop.get("configmap/app-config"), "annotations", "lockstep.dev/changed-by");

    Result table = new Plugin(shop).look("history", "app-config");

    assertThat(table.out())
        .isEqualTo(
            """
            VERSION CURRENT AGE BY CHANGES USED BY
            v000 - AGE USER +FOO deployment/my-app (revision 1)
            v001 * AGE USER +BAR -FOO deployment/my-app
            """
                .replace("USER", user));
  }

  @Test
  void historyOfASecretTellsKeysAndNoValue(Shop shop) {
    shop.apply(secret("app-secret", "password", TOP_SECRET));
    shop.awaitObject("secret/app-secret-v000");
    shop.apply(secret("app-secret", "password", TOP_SECRET + "3"));
    shop.awaitObject("secret/app-secret-v001");

    JsonNode history = new Plugin(shop).json("history", "secret/app-secret");

    assertThat(history.at("/kind").asText()).isEqualTo("Secret");
    assertThat(texts(history.at("/versions/0/added"))).containsExactly("password");
    assertThat(texts(history.at("/versions/1/changed"))).containsExactly("password");
    // No ConfigMap has the name: the Secret is meant without saying so, too.
    assertThat(new Plugin(shop).json("history", "app-secret")).isEqualTo(history);
  }

  @ParameterizedTest
  @CsvSource({"Deployment, deploy", "StatefulSet, sts", "DaemonSet, ds"})
  void historyOfAWorkloadTellsWhatAnUndoBringsBack(String kind, String brief, Shop shop) {
    Workload app = new Workload(shop, kind.toLowerCase() + "/my-app");
    for (String release : List.of("1", "2", "3")) {
      shop.apply(
          configMap("app-config", "RELEASE", release)
              + workload(kind, "my-app", "app:" + release, "app-config"));
      app.settled();
    }
    Plugin plugin = new Plugin(shop);
    JsonNode history =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> Shop.json(plugin.run(Shell.DASH, "history", brief + "/my-app", "-o", "json")),
                found -> found.path("revisions").size() == 3);
    assertThat(plugin.json("history", brief + "/my-app")).isEqualTo(history);
    assertThat(history.at("/revisions/2/current").asBoolean()).isTrue();

    JsonNode second = history.at("/revisions/1");
    app.undo("--to-revision=" + second.path("revision").asInt());

    assertThat(texts(second.path("images"))).containsExactly(app.now().image());
    JsonNode config = second.at("/config/0");
    assertThat(config.path("head").asText() + "=" + config.path("version").asText())
        .isEqualTo(app.now().bindings())
        .isEqualTo("configmap/app-config=v001");
    JsonNode after = plugin.json("history", brief + "/my-app");
    JsonNode last = items(after.path("revisions")).get(after.path("revisions").size() - 1);
    assertThat(last.at("/config/0/held").asBoolean()).isTrue();
    assertThat(plugin.look("history", brief + "/my-app").out())
        .contains("configmap/app-config v001 (held)");
  }

  @Test
  void historyOfAWorkloadTellsABaseline(Shop ignored, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar") + app("app:1"));
    new Workload(shop, APP).settled();
    shop.optIn();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> shop.list("replicasets", "app=my-app"),
            list ->
                list.stream()
                    .allMatch(
                        set -> !Shop.meta(set, "annotations", "lockstep.dev/baseline").isEmpty()));
    assertThat(new Plugin(shop).look("status").out())
        .contains("deployment/my-app unbound configmap/app-config - v000");
    shop.apply(configMap("app-config", "BAR", "baz") + app("app:2"));
    new Workload(shop, APP).settled();

    JsonNode first = new Plugin(shop).json("history", APP).at("/revisions/0");

    assertThat(first.at("/config/0/how").asText()).isEqualTo("baseline");
    assertThat(first.at("/config/0/version").asText()).isEqualTo("v000");
    assertThat(new Workload(shop, APP).undo().names()).containsExactly("app-config-v000");
  }

  // --- diff ---

  @Test
  void diffSaysWhatChangedAndEndsAsDiffDoes(Shop shop) {
    releasedTwice(shop);
    Plugin plugin = new Plugin(shop);

    Result last = plugin.look("diff", "app-config");
    assertThat(last.exit()).isEqualTo(1);
    assertThat(last.out())
        .isEqualTo(
            """
            --- configmap/app-config v000
            +++ configmap/app-config v001 (current)
            +BAR: baz
            -FOO: bar
            """);
    assertThat(plugin.look("diff", "app-config", "v001", "v001"))
        .extracting(Result::exit, Result::out)
        .containsExactly(0, "");
    assertThat(plugin.look("diff", "app-config", "1", "v0").out())
        .contains("+FOO: bar", "-BAR: baz", "+++ configmap/app-config v000");
    assertThat(plugin.look("diff", "app-config", "v007")).extracting(Result::exit).isEqualTo(2);
    JsonNode difference = plugin.json("diff", "app-config", "v000").at("/differences/1");
    assertThat(difference.toString())
        .isEqualTo("{\"key\":\"FOO\",\"change\":\"removed\",\"from\":\"bar\",\"to\":null}");
  }

  @Test
  void diffOfALongTextShowsTheLinesThatChanged(Shop shop) {
    shop.kubectl("create", "configmap", "long", "--from-literal=f=a\nb\nc\nd\ne\nf\ng\\n\"h\"\n");
    shop.awaitObject("configmap/long-v000");
    String changed =
        shop.kubectl(
                "create",
                "configmap",
                "long",
                "--from-literal=f=a\nb\nc\nd\nE\nnew\nf\ng\\n\"h\"\n",
                "--dry-run=client",
                "-o",
                "yaml")
            .out();
    shop.tryKubectl(changed, "replace", "-f", "-").orFail();
    shop.awaitObject("configmap/long-v001");

    assertThat(new Plugin(shop).look("diff", "long").out())
        .isEqualTo(
            """
            --- configmap/long v000
            +++ configmap/long v001 (current)
            ~f:
             ...
             b
             c
             d
            - e
            + E
            + new
             f
             g\\n"h"
            """);
  }

  @Test
  void diffOfASecretTellsKeysUnlessAskedForMore(Shop shop) {
    shop.apply(secret("app-secret", "password", TOP_SECRET));
    shop.awaitObject("secret/app-secret-v000");
    shop.apply(secret("app-secret", "password", TOP_SECRET + "3"));
    shop.awaitObject("secret/app-secret-v001");
    Plugin plugin = new Plugin(shop);

    Result hidden = plugin.look("diff", "secret/app-secret");
    assertThat(hidden.exit()).isEqualTo(1);
    assertThat(hidden.out()).endsWith("~password: changed\n");
    assertThat(plugin.json("diff", "secret/app-secret").at("/differences").toString())
        .isEqualTo("[{\"key\":\"password\",\"change\":\"changed\"}]");
    assertThat(plugin.look("diff", "app-secret", "--show-secrets").out())
        .endsWith("-password: hunter2\n+password: hunter23\n");
  }

  // --- status ---

  @Test
  void statusTellsEveryState(Shop shop) {
    String config = configMap("app-config", "FOO", "bar");
    shop.apply(config + secret("app-secret", "password", TOP_SECRET));
    shop.apply(withSecret("behind", "app:1"));
    shop.apply(workload("Deployment", "pinned", "app:1", "app-config"));
    shop.kubectl("annotate", "deployment/pinned", "lockstep.dev/rollout=pinned");
    shop.apply(app("app:1"));
    new Workload(shop, APP).settled();
    shop.awaitObject("configmap/app-config-v000");
    shop.apply(workload("Deployment", "named", "app:1", "app-config-v000"));
    shop.apply(configMap("app-config", "BAR", "baz") + app("app:2"));
    new Workload(shop, APP).settled();
    shop.apply(workload("StatefulSet", "bound", "app:1", "app-config"));
    shop.apply(workload("DaemonSet", "waiting", "app:1", "later"));
    shop.apply(
        workload("Deployment", "bare", "app:1", "app-config")
            .replace(
                "  name: bare\n",
                "  name: bare\n  annotations: {lockstep.dev/versioned: \"false\"}\n"));
    new Workload(shop, APP).undo();
    Plugin plugin = new Plugin(shop);

    assertThat(plugin.look("status").out().lines().skip(1).sorted())
        .containsExactly(
            "daemonset/waiting waiting configmap/later - -",
            "deployment/bare unbound configmap/app-config - v001",
            "deployment/behind behind configmap/app-config v000 v001",
            "deployment/behind bound secret/app-secret v000 v000",
            "deployment/my-app held configmap/app-config v000 v001",
            "deployment/named pinned configmap/app-config v000 v001",
            "deployment/pinned pinned configmap/app-config v000 v001",
            "statefulset/bound bound configmap/app-config v001 v001");
    JsonNode status = plugin.json("status");
    assertThat(status.path("workloads")).hasSize(8);
    assertThat(status.path("headsWithoutVersion")).isEmpty();
    for (JsonNode row : status.path("workloads")) {
      if (row.path("state").asText().matches("behind|held|bound")) {
        assertThat(new Workload(shop, row.path("workload").asText()).now().bindings())
            .contains(row.path("head").asText() + "=" + row.path("version").asText());
      }
    }
    assertThat(plugin.look("status", "-o", "wide").out())
        .contains("kubectl rollout restart deployment/behind, or apply it");
    Result everywhere = plugin.run(Shell.DASH, "status", "-A");
    assertThat(everywhere.exit()).isZero();
    assertThat(everywhere.out()).containsPattern(shop.name() + " +deployment/my-app +held");
  }

  private static void delete(Shop shop, String version) {
    shop.find(version)
        .ifPresent(
            found -> {
              shop.kubectl("annotate", version, "lockstep.dev/allow-delete=true");
              shop.kubectl("delete", version);
            });
  }

  @Test
  void statusTellsWhoIsBoundToAVersionThatIsGone(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();
    delete(shop, "configmap/app-config-v000");
    Plugin plugin = new Plugin(shop);

    assertThat(plugin.look("status").out())
        .contains("deployment/my-app missing configmap/app-config v000 v001");
    assertThat(plugin.look("history", APP).out()).contains("configmap/app-config v000 (gone)");
  }

  @Test
  void statusTellsHeadsWhoseVersionIsNotThere(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");

    // The reconciler makes it again when it next looks at the namespace.
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              delete(shop, "configmap/app-config-v000");
              assertThat(new Plugin(shop).run(Shell.DASH, "status").out())
                  .containsPattern("configmap/app-config +v000 +has no version object \\(yet\\)");
            });
  }

  // --- users ---

  @Test
  void usersAreThoseThatTheGuardOfDeletesNames(Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> shop.list("pods", "app=my-app"),
            pods -> pods.stream().anyMatch(pod -> pod.toString().contains("app-config-v000")));
    Plugin plugin = new Plugin(shop);

    Set<String> named = new TreeSet<>();
    for (String kind : List.of("deployments", "replicasets", "pods")) {
      for (JsonNode object : shop.list(kind, "")) {
        if (object.toString().contains("\"app-config-v000\"")) {
          named.add(object.path("kind").asText() + " " + object.at("/metadata/name").asText());
        }
      }
    }
    JsonNode users = Shop.json(plugin.run(Shell.BUSYBOX, "users", "app-config-v000", "-o", "json"));
    Set<String> told =
        items(users.path("users")).stream()
            .map(user -> user.path("kind").asText() + " " + user.path("name").asText())
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(told).isEqualTo(named);
    String denial = shop.tryKubectl("", "delete", "configmap/app-config-v000").err();
    assertThat(told).allSatisfy(user -> assertThat(denial).contains(user));
  }

  @Test
  void aVersionThatNobodyUsesHasNoUsers(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    Plugin plugin = new Plugin(shop);

    assertThat(plugin.json("users", "app-config-v000").path("users")).isEmpty();
    assertThat(plugin.look("users", "app-config-v007").exit()).isEqualTo(2);
  }

  // --- rebind ---

  @ParameterizedTest
  @EnumSource
  void rebindMovesOnAfterAnUndo(Shell shell, Shop shop) {
    Workload app = releasedTwice(shop);
    app.undo();
    Plugin plugin = new Plugin(shop);

    Result dry = plugin.run(shell, "rebind", "deploy/my-app", "--dry-run=server");
    assertThat(dry.orFail().out())
        .isEqualTo(
            "deployment/my-app moved to configmap/app-config v001 from v000 (server dry run)\n");
    assertThat(app.now().held()).isEqualTo("configmap/app-config=v000");

    assertThat(plugin.run(shell, "rebind", "deploy/my-app").orFail().out())
        .isEqualTo("deployment/my-app moved to configmap/app-config v001 from v000\n");
    assertThat(app.now().bindings()).isEqualTo("configmap/app-config=v001");
    assertThat(app.now().held()).isEmpty();
    assertThat(plugin.run(shell, "rebind", "deploy/my-app").orFail().out())
        .isEqualTo("deployment/my-app is bound to what is current\n");
  }

  @Test
  void rebindChangesNothingWhereNobodyWouldSeeToIt(Shop ignored, RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar") + app("app:1"));

    Result result = new Plugin(shop).look("rebind", "deploy/my-app");

    assertThat(result.exit()).isEqualTo(2);
    assertThat(result.err()).contains("is not opted in").endsWith("Nothing was changed\n");
    assertThat(new Workload(shop, APP).now().annotation("lockstep.dev/rebind")).isEmpty();
  }

  // --- restore ---

  @ParameterizedTest
  @EnumSource
  void restoreMakesOldContentCurrentAndKeepsTheRestOfTheHead(Shell shell, Shop shop) {
    String labelled =
        configMap("app-config", "FOO", "bar \\\"q\\\" ü \\x1b $x")
            .replace("  name: app-config\n", "  name: app-config\n  labels: {team: a}\n");
    shop.apply(labelled);
    JsonNode first = shop.awaitObject("configmap/app-config-v000");
    String second = labelled.replaceAll("  FOO: .*", "  BAR: baz");
    shop.apply(second);
    shop.awaitObject("configmap/app-config-v001");
    Plugin plugin = new Plugin(shop);

    Result dry = plugin.run(shell, "restore", "app-config", "v000", "--dry-run=server");
    assertThat(dry.orFail().out())
        .contains("-BAR: baz", "+FOO: bar")
        .endsWith("configmap/app-config would be at v000 (server dry run)\n");
    assertThat(shop.get("configmap/app-config").at("/data/BAR").asText()).isEqualTo("baz");
    assertThat(plugin.run(shell, "restore", "app-config", "v000"))
        .satisfies(
            asked -> {
              assertThat(asked.exit()).isEqualTo(2);
              assertThat(asked.err()).contains("add --yes");
            });

    plugin.run(shell, "restore", "app-config", "v000", "--yes").orFail();

    JsonNode head = shop.get("configmap/app-config");
    assertThat(head.path("data")).isEqualTo(first.path("data"));
    assertThat(Shop.meta(head, "labels", "lockstep.dev/version")).isEqualTo("v000");
    assertThat(Shop.meta(head, "labels", "team")).isEqualTo("a");
    // It was a normal apply: the next one takes away what it brought.
    shop.apply(second);
    assertThat(shop.get("configmap/app-config").path("data").toString())
        .isEqualTo("{\"BAR\":\"baz\"}");
  }

  @Test
  void restoreOfASecretBringsItsValuesToNoCommandLine(Shop shop) {
    shop.apply(secret("app-secret", "password", TOP_SECRET));
    JsonNode first = shop.awaitObject("secret/app-secret-v000");
    // What comes by stringData stays beside it: kubectl doesn't know that it applied it.
    shop.apply(secret("app-secret", "other", "x"));
    shop.awaitObject("secret/app-secret-v001");
    assertThat(keys(shop.get("secret/app-secret"))).containsExactly("other", "password");

    List<String> calls =
        new Plugin(shop).kubectlCalls("restore", "secret/app-secret", "v000", "--yes");

    assertThat(shop.get("secret/app-secret").path("data")).isEqualTo(first.path("data"));
    assertThat(String.join("\n", calls))
        .contains("apply")
        .doesNotContain(TOP_SECRET, first.at("/data/password").asText());
  }

  @Test
  void restoreReplacesTheDataOfWhatIsAppliedByTheServer(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"), "--server-side");
    shop.awaitObject("configmap/app-config-v000");
    shop.apply(configMap("app-config", "BAR", "baz"), "--server-side");
    shop.awaitObject("configmap/app-config-v001");

    new Plugin(shop).run(Shell.DASH, "restore", "app-config", "v000", "--yes").orFail();

    assertThat(shop.get("configmap/app-config").path("data").toString())
        .isEqualTo("{\"FOO\":\"bar\"}");
  }

  @Test
  void restoreCreatesAHeadThatIsGone(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + app("app:1"));
    shop.awaitObject("configmap/app-config-v000");
    shop.kubectl("delete", "configmap/app-config");

    Result result = new Plugin(shop).run(Shell.BUSYBOX, "restore", "app-config", "v000", "--yes");

    assertThat(result.orFail().err()).contains("is gone; it is created again");
    assertThat(shop.get("configmap/app-config").path("data").toString())
        .isEqualTo("{\"FOO\":\"bar\"}");
  }

  // --- who may, and what is not there ---

  @Test
  void whoMayNotSeeSecretsGetsASentence(Shop shop) {
    releasedTwice(shop);
    shop.apply(secret("app-secret", "password", TOP_SECRET) + withSecret("other", "app:1"));
    shop.awaitObject("secret/app-secret-v000");
    shop.kubectl("create", "rolebinding", "looks", "--clusterrole=view", "--user=jane");
    mayListRollouts(shop);
    Plugin plugin = new Plugin(shop);

    assertThat(plugin.look("history", "app-config", "--as=jane").err()).isEmpty();
    assertThat(plugin.look("diff", "app-config", "--as=jane").err()).isEmpty();
    assertThat(plugin.look("users", "app-config-v001", "--as", "jane").exit()).isZero();
    String sentence = "kubectl lockstep: you may not list secrets in namespace " + shop.name();
    for (String[] command :
        new String[][] {{"history", "secret/app-secret"}, {"diff", "secret/app-secret"}}) {
      Result refused =
          plugin.look(
              Stream.concat(Stream.of(command), Stream.of("--as=jane")).toArray(String[]::new));
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err()).startsWith(sentence).hasLineCount(1);
    }
    Result status = plugin.look("status", "--as=jane");
    assertThat(status.exit()).isZero();
    assertThat(status.err()).startsWith(sentence).hasLineCount(1);
    assertThat(status.out()).contains("deployment/my-app bound configmap/app-config v001 v001");
    Result rebind = plugin.look("rebind", "deploy/my-app", "--as=jane");
    assertThat(rebind.exit()).isEqualTo(2);
    assertThat(rebind.err())
        .startsWith("kubectl lockstep: you may not patch deployments")
        .hasLineCount(1);
    Result restore = plugin.look("restore", "app-config", "v000", "--yes", "--as=jane");
    assertThat(restore.exit()).isEqualTo(2);
    assertThat(restore.err())
        .startsWith("kubectl lockstep: you may not patch configmaps")
        .hasLineCount(1);
  }

  /** Another test may have brought their CRD, which the role view knows nothing of. */
  private static void mayListRollouts(Shop shop) {
    shop.apply(
        """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata:
          name: rollouts
        rules:
          - apiGroups: [argoproj.io]
            resources: [rollouts]
            verbs: [get, list]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: rollouts
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: Role
          name: rollouts
        subjects:
          - apiGroup: rbac.authorization.k8s.io
            kind: User
            name: jane
        """);
  }

  @Test
  void whatIsNotThereIsSaidInASentence(Shop shop, RealCluster cluster) {
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    Plugin plugin = new Plugin(shop);
    Map.of(
            "history none", "there is no ConfigMap or Secret none in namespace " + shop.name(),
            "history deploy/none", "there is no deployment/none in namespace " + shop.name(),
            "history cronjob/none", "cronjob keeps no revisions",
            "history kube-root-ca.crt", "configmap/kube-root-ca.crt in namespace",
            "diff app-config", "configmap/app-config has one version, v000",
            "diff app-config v7 v8", "configmap/app-config has no version v007",
            "users none-v000", "there is no version none-v000",
            "rebind none", "say which kind it is",
            "restore app-config v000", "configmap/app-config is at v000 already",
            "wrong", "there is no command wrong")
        .forEach(
            (command, sentence) -> {
              Result result = plugin.look(command.split(" "));
              assertThat(result.exit()).as(command).isEqualTo(2);
              assertThat(result.out()).as(command).isEmpty();
              assertThat(result.err()).startsWith("kubectl lockstep: " + sentence).hasLineCount(1);
            });
    Shop plain = Shop.closed(cluster);
    plain.apply(configMap("app-config", "FOO", "bar"));
    for (String command : List.of("history app-config", "status")) {
      Result result = new Plugin(plain).look(command.split(" "));
      assertThat(result.exit()).isEqualTo(2);
      assertThat(result.err())
          .isEqualTo(
              "kubectl lockstep: namespace NAME is not opted in; kubectl label namespace NAME"
                      .replace("NAME", plain.name())
                  + " lockstep.dev/versioning=enabled does that\n");
    }
  }

  // --- around it ---

  @Test
  void colourIsForTerminals(Shop shop) {
    releasedTwice(shop);
    Plugin plugin = new Plugin(shop);
    String escape = "\u001b[";

    assertThat(plugin.onTerminal(Map.of(), "history", "app-config").out()).contains(escape);
    assertThat(plugin.onTerminal(Map.of("NO_COLOR", "1"), "history", "app-config").out())
        .contains("v001")
        .doesNotContain(escape);
    assertThat(plugin.run(Shell.DASH, "history", "app-config").out()).doesNotContain(escape);
  }

  @Test
  void kubectlCompletesWhatIsThere(Shop shop) {
    releasedTwice(shop);
    Plugin plugin = new Plugin(shop);

    assertThat(plugin.completed("hi")).containsExactly("history");
    assertThat(plugin.completed("history", "-n", shop.name(), ""))
        .containsExactlyInAnyOrder("app-config", "deployment/my-app");
    assertThat(plugin.completed("diff", "-n", shop.name(), "app-config", ""))
        .containsExactly("v000", "v001");
    assertThat(plugin.completed("users", "-n", shop.name(), ""))
        .containsExactly("app-config-v000", "app-config-v001");
    assertThat(plugin.completed("status", "-o", "")).containsExactly("json", "yaml", "wide");
  }

  @Test
  void helpShowsExamples(Shop shop) {
    Result help = new Plugin(shop).look("--help");

    assertThat(help.exit()).isZero();
    for (String command : List.of("history", "diff", "status", "users", "rebind", "restore")) {
      assertThat(help.out()).containsPattern("kubectl lockstep " + command + ".* # |" + command);
    }
  }

  @Test
  void theNumberOfCallsDoesNotGrowWithTheVersions(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "0") + app("app:1"));
    Plugin plugin = new Plugin(shop);
    shop.awaitObject("configmap/app-config-v000");
    int history = plugin.kubectlCalls("history", "app-config").size();
    int status = plugin.kubectlCalls("status").size();
    for (int i = 1; i <= 12; i++) {
      shop.apply(configMap("app-config", "FOO", "" + i));
    }
    shop.awaitObject("configmap/app-config-v012");

    assertThat(plugin.kubectlCalls("history", "app-config")).hasSize(history);
    assertThat(plugin.kubectlCalls("status")).hasSize(status);
    assertThat(Math.max(history, status)).isLessThanOrEqualTo(4);
  }
}
