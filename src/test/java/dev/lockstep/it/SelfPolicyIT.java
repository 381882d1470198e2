package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What somebody can do who has stolen the token of Lockstep's ServiceAccount: no more than Lockstep
 * itself ever means to. That it can still do all that it means to is what every other test shows,
 * since the policies are on in all of them.
 */
@OnRealCluster
class SelfPolicyIT {
  private static final String OWN = "lockstep-system";
  private static final String REFUSED = "lockstep: Lockstep's own identity";

  private static final String VERSION =
      """
      apiVersion: v1
      kind: %s
      metadata:
        name: forged-v000
        labels: {lockstep.dev/role: version, lockstep.dev/head: forged, lockstep.dev/version: v000, \
      lockstep.dev/content: abc}
        annotations: {lockstep.dev/head-name: forged}
      immutable: true
      """;

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: my-app}
      spec:
        selector: {matchLabels: {app: my-app}}
        template:
          metadata: {labels: {app: my-app}, annotations: {example.com/a: b}}
          spec:
            initContainers:
              - name: first
                image: first:1
                envFrom: [{prefix: A_, configMapRef: {name: app-config}}]
            containers:
              - name: app
                image: app:1
                args: [serve]
                env:
                  - {name: PLAIN, value: a}
                  - {name: FOO, valueFrom: {configMapKeyRef: {name: app-config, key: FOO}}}
                  - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: PASSWORD}}}
                envFrom: [{secretRef: {name: login}}]
            volumes:
              - {name: files, configMap: {name: app-config}}
              - {name: keys, secret: {secretName: login}}
              - {name: both, projected: {sources: [{configMap: {name: app-config}}, \
      {secret: {name: login}}]}}
              - {name: driver, csi: {driver: example.com, nodePublishSecretRef: {name: login}}}
              - {name: scratch, emptyDir: {}}
      """;

  /** {@code kubectl} with a token of Lockstep's ServiceAccount, as a thief has it. */
  private static Result asThief(RealCluster cluster, String input, String... arguments) {
    String token = token(cluster);
    List<String> all = new ArrayList<>(List.of(arguments));
    // The kubeconfig's certificate would win over a token: another one, without a user.
    all.addAll(
        List.of(
            "--kubeconfig=/dev/null",
            "--server=" + cluster.read("ready").strip(),
            "--certificate-authority=" + cluster.file("pki/ca.crt"),
            "--token=" + token));
    return cluster.run("kubectl", all, input);
  }

  private static Result asThief(Shop shop, String input, String... arguments) {
    return asThief(
        shop.cluster(),
        input,
        Stream.concat(Stream.of("-n", shop.name()), Stream.of(arguments)).toArray(String[]::new));
  }

  private static void assertRefused(Result result) {
    assertThat(result.exit()).as(result.command()).isNotZero();
    assertThat(result.err()).contains(REFUSED);
  }

  private static String merge(String path, String value) {
    return "[{\"op\":\"add\",\"path\":\"" + path + "\",\"value\":" + value + "}]";
  }

  /**
   * A patch as Lockstep sends it, by the resource's path: kubectl's own reads the object first, for
   * which Lockstep has no right.
   */
  private static Result patch(Shop shop, String path, String jsonPatch) {
    return HttpPatch.of(shop.cluster(), token(shop.cluster()))
        .send(path.replace("NS", shop.name()), jsonPatch);
  }

  private static String token(RealCluster cluster) {
    return cluster
        .run("kubectl", List.of("-n", OWN, "create", "token", "lockstep"), "")
        .orFail()
        .out()
        .strip();
  }

  private static Shop withHeads(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + secret("login", "PASSWORD", "one"));
    shop.awaitObject("configmap/app-config-v000");
    shop.awaitObject("secret/login-v000");
    return shop;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ConfigMap", "Secret"})
  void itMakesVersionsAlone(String kind, Shop shop) {
    String version = VERSION.formatted(kind);

    asThief(shop, version, "create", "--dry-run=server", "-f", "-").orFail();
    Stream.of(
            version.replace("immutable: true", "immutable: false"),
            version.replace("name: forged-v000", "name: forged"),
            version.replace("name: forged-v000", "name: other-v000"),
            version.replace("lockstep.dev/role: version", "lockstep.dev/role: head"),
            version.replace("v000", "v0000"),
            version.replace("lockstep.dev/content: abc", "other: label"),
            version.replace(
                "annotations: {lockstep", "finalizers: [a/b]\n  annotations: {lockstep"),
            version.replace(
                "annotations: {lockstep",
                "ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]\n"
                    + "  annotations: {lockstep"))
        .filter(forged -> !forged.equals(version))
        .forEach(
            forged ->
                assertRefused(asThief(shop, forged, "create", "--dry-run=server", "-f", "-")));
  }

  @Test
  void itGetsNoTokensByAVersion(Shop shop) {
    String secret =
        VERSION.formatted("Secret").replace("head-name: forged", "head-name: forged, %s")
            + "type: kubernetes.io/service-account-token\n";

    assertRefused(
        asThief(
            shop,
            secret.formatted("kubernetes.io/service-account.name: default"),
            "create",
            "-f",
            "-"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"configmap/app-config", "secret/login", "configmap/app-config-v000"})
  void itChangesNoContent(String object, Shop shop) {
    withHeads(shop);
    JsonNode before = shop.get(object);

    for (String change :
        List.of(
            "{\"data\":{\"more\":\"Yg==\"}}",
            "{\"data\":null}",
            "{\"metadata\":{\"labels\":{\"example.com/a\":\"b\"}}}",
            "{\"metadata\":{\"annotations\":{\"example.com/a\":\"b\"}}}",
            "{\"metadata\":{\"finalizers\":[\"example.com/a\"]}}",
            "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
                + "\"name\":\"a\",\"uid\":\"b\"}]}}")) {
      Result result = asThief(shop, "", "patch", object, "--type=merge", "-p", change);
      assertThat(result.exit()).as(change).isNotZero();
      // A version that is immutable is refused before, by the API server itself.
      assertThat(result.err()).containsAnyOf(REFUSED, "field is immutable");
    }
    assertThat(shop.get(object)).isEqualTo(before);
  }

  @Test
  void itDeletesNoHeadAlsoNotByWayOfMakingItAVersion(Shop shop) {
    withHeads(shop)
        .apply(
            configMap("settings-v100", "FOO", "bar")
                .replace("\ndata:", "\nimmutable: true\ndata:"));
    String asVersion =
        """
        {"metadata": {
          "labels": {"lockstep.dev/role": "version", "lockstep.dev/head": "settings",
            "lockstep.dev/version": "v100", "lockstep.dev/content": "abc"},
          "annotations": {"lockstep.dev/head-name": "settings"}}}
        """;

    assertRefused(asThief(shop, "", "delete", "configmap/app-config"));
    assertRefused(asThief(shop, "", "delete", "secret/login"));
    asThief(shop, "", "patch", "configmap/settings-v100", "--type=merge", "-p", asVersion);
    assertRefused(asThief(shop, "", "delete", "configmap/settings-v100"));

    assertThat(shop.find("configmap/settings-v100")).isPresent();
  }

  @Test
  void aVersionStaysTheOneThatItIs(Shop shop) {
    withHeads(shop);

    for (String change :
        List.of(
            "label lockstep.dev/role=head",
            "label lockstep.dev/version=v007",
            "label lockstep.dev/head=other",
            "label lockstep.dev/content=abc",
            "annotate lockstep.dev/head-name=other")) {
      String[] words = change.split(" ");
      assertRefused(
          asThief(shop, "", words[0], "--overwrite", "configmap/app-config-v000", words[1]));
    }
    asThief(shop, "", "annotate", "configmap/app-config-v000", "lockstep.dev/unused-since=now")
        .orFail();
  }

  @Test
  void whereNobodyOptedInItOnlyTakesItsOwnAway(RealCluster cluster) {
    Shop shop = Shop.closed(cluster);
    shop.apply(configMap("app-config", "FOO", "bar") + VERSION.formatted("ConfigMap"));
    shop.kubectl("label", "configmap/app-config", "lockstep.dev/role=head");

    assertRefused(asThief(shop, VERSION.formatted("Secret"), "create", "-f", "-"));
    assertRefused(asThief(shop, "", "label", "configmap/app-config", "lockstep.dev/version=v000"));
    assertRefused(asThief(shop, "", "annotate", "configmap/app-config", "lockstep.dev/restamp="));
    assertRefused(asThief(shop, "", "delete", "configmap/app-config"));

    asThief(shop, "", "label", "configmap/app-config", "lockstep.dev/role-").orFail();
    asThief(shop, "", "delete", "configmap/forged-v000").orFail();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kube-system", "kube-public"})
  void namespacesOfKubernetesAreNoneOfItsBusiness(String namespace, RealCluster cluster) {
    cluster.run(
        "kubectl",
        List.of("-n", namespace, "create", "configmap", "marked", "--from-literal=a=b"),
        "");
    cluster
        .run(
            "kubectl",
            List.of(
                "-n", namespace, "label", "--overwrite", "configmap/marked", "lockstep.dev/a=b"),
            "")
        .orFail();

    for (String attempt :
        List.of(
            "label configmap/marked lockstep.dev/a-",
            "label configmap/marked lockstep.dev/b=c",
            "delete configmap/marked",
            "create secret generic made --from-literal=a=b")) {
      assertRefused(
          asThief(
              cluster,
              "",
              Stream.concat(Stream.of("-n", namespace), Stream.of(attempt.split(" ")))
                  .toArray(String[]::new)));
    }
  }

  @Test
  void inItsOwnNamespaceItHasItsOwnThingsAlone(RealCluster cluster) {
    for (String attempt :
        List.of(
            "create secret generic made --from-literal=a=b",
            "create configmap made --from-literal=a=b",
            "delete secret lockstep-certificates",
            "delete secret lockstep-hash-key")) {
      assertRefused(
          asThief(
              cluster,
              "",
              Stream.concat(Stream.of("-n", OWN), Stream.of(attempt.split(" ")))
                  .toArray(String[]::new)));
    }
    Result lease =
        asThief(
            cluster,
            "{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: other}}",
            "-n",
            OWN,
            "create",
            "-f",
            "-");
    assertThat(lease.err()).contains("the only Lease that Lockstep's own identity writes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /webhooks/0/failurePolicy           | "Ignore"
          /webhooks/0/timeoutSeconds          | 1
          /webhooks/0/matchConditions         | []
          /webhooks/0/rules/0/operations      | ["CREATE"]
          /webhooks/0/namespaceSelector       | {}
          /webhooks/0/clientConfig/url        | "https://192.0.2.1/mutate/heads"
          /metadata/labels/example.com~1a     | "b"
          """)
  void ofItsWebhooksItChangesCaAndPathAlone(String path, String value, RealCluster cluster) {
    Result result =
        asThief(
            cluster,
            "",
            "patch",
            "mutatingwebhookconfiguration/lockstep",
            "--type=json",
            "--dry-run=server",
            "-p",
            merge(path, value));

    assertRefused(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /spec/replicas                                                  | 0
          /spec/paused                                                    | true
          /metadata/labels                                                | {"a":"b"}
          /spec/template/metadata/labels/a                                | "b"
          /spec/template/metadata/annotations/a                           | "b"
          /spec/template/spec/serviceAccountName                          | "admin"
          /spec/template/spec/hostNetwork                                 | true
          /spec/template/spec/imagePullSecrets                            | [{"name":"login"}]
          /spec/template/spec/containers/-                                | {"name":"b","image":"b"}
          /spec/template/spec/containers/0/image                          | "evil"
          /spec/template/spec/containers/0/args                           | ["evil"]
          /spec/template/spec/containers/0/command                        | ["evil"]
          /spec/template/spec/containers/0/ports                          | [{"containerPort":1}]
          /spec/template/spec/containers/0/securityContext                | {"privileged":true}
          /spec/template/spec/containers/0/env/0/value                    | "evil"
          /spec/template/spec/containers/0/env/-                          | {"name":"A","value":"b"}
          /spec/template/spec/containers/0/env/1/valueFrom/configMapKeyRef/key  | "other"
          /spec/template/spec/containers/0/env/1/valueFrom/configMapKeyRef/name | "other"
          /spec/template/spec/containers/0/env/2/valueFrom                | {"configMapKeyRef":{"name":"login","key":"PASSWORD"}}
          /spec/template/spec/containers/0/envFrom/0/secretRef/name       | "vault-root"
          /spec/template/spec/containers/0/envFrom/0                      | {"configMapRef":{"name":"login"}}
          /spec/template/spec/initContainers/0/image                      | "evil"
          /spec/template/spec/initContainers/0/envFrom/0/prefix           | "B_"
          /spec/template/spec/volumes/0/configMap/name                    | "other"
          /spec/template/spec/volumes/0/configMap/items                   | [{"key":"FOO","path":"a"}]
          /spec/template/spec/volumes/1/secret/secretName                 | "vault-root-v000"
          /spec/template/spec/volumes/2/projected/sources/1/secret/name   | "vault-root"
          /spec/template/spec/volumes/3/csi/driver                        | "evil.example.com"
          /spec/template/spec/volumes/4                                   | {"name":"scratch","hostPath":{"path":"/"}}
          """)
  void ofAWorkloadItChangesBindingsAlone(String path, String value, Shop shop) {
    shop.apply(DEPLOYMENT);
    JsonNode before = shop.get("deployment/my-app").path("spec");

    Result result =
        patch(
            shop,
            "/apis/apps/v1/namespaces/NS/deployments/my-app",
            merge(path, value).replace("\"add\"", adds(path) ? "\"add\"" : "\"replace\""));

    assertRefused(result);
    assertThat(shop.get("deployment/my-app").path("spec")).isEqualTo(before);
  }

  /** In a list, "add" puts a new item before the one that is there. */
  private static boolean adds(String path) {
    return !path.matches(".*/[0-9]+");
  }

  @Test
  void aBindingMayMoveInEveryPlace(Shop shop) {
    withHeads(shop).apply(DEPLOYMENT);
    String spec = shop.get("deployment/my-app").at("/spec").toString();
    assertThat(spec).contains("app-config-v000", "login-v000");

    shop.apply(configMap("app-config", "FOO", "baz") + secret("login", "PASSWORD", "two"));
    shop.awaitObject("configmap/app-config-v001");
    shop.awaitObject("secret/login-v001");
    patch(
            shop,
            "/apis/apps/v1/namespaces/NS/deployments/my-app",
            merge("/metadata/annotations/lockstep.dev~1rebind", "\"\""))
        .orFail();

    assertThat(shop.get("deployment/my-app").at("/spec/template").toString())
        .contains("app-config-v001", "login-v001")
        .doesNotContain("-v000");
  }

  /** The API server changes annotations of its own when a template changes. */
  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void everyKindCanBeBoundAnew(String kind, Shop shop) {
    shop.apply(
        configMap("app-config", "FOO", "bar") + workload(kind, "my-app", "app:1", "app-config"));
    shop.awaitObject("configmap/app-config-v000");
    shop.apply(configMap("app-config", "FOO", "baz"));
    shop.awaitObject("configmap/app-config-v001");

    patch(
            shop,
            "/apis/apps/v1/namespaces/NS/" + kind.toLowerCase(Locale.ROOT) + "s/my-app",
            merge("/metadata/annotations/lockstep.dev~1rebind", "\"\""))
        .orFail();

    assertThat(new Workload(shop, kind + "/my-app").now().names())
        .containsExactly("app-config-v001");
  }

  @Test
  void ofRevisionsItChangesNumberAndNotesAlone(Shop shop) {
    shop.apply(workload("StatefulSet", "my-db", "db:1", "none") + DEPLOYMENT);
    new Workload(shop, "statefulset/my-db").settled();
    new Workload(shop, "deployment/my-app").settled();
    String set = name(shop, "replicaset");
    String revision = name(shop, "controllerrevision");
    String sets = "/apis/apps/v1/namespaces/NS/replicasets/" + set;
    String revisions = "/apis/apps/v1/namespaces/NS/controllerrevisions/" + revision;

    assertRefused(patch(shop, sets, merge("/spec/replicas", "7")));
    assertRefused(patch(shop, sets, merge("/metadata/annotations/a", "\"b\"")));
    assertRefused(patch(shop, revisions, merge("/metadata/labels/a", "\"b\"")));
    assertRefused(patch(shop, revisions, merge("/metadata/ownerReferences", "[]")));
    patch(shop, sets, merge("/metadata/annotations/lockstep.dev~1baseline", "\"\"")).orFail();
    patch(shop, sets, merge("/metadata/annotations/deployment.kubernetes.io~1revision", "\"-1\""))
        .orFail();
    patch(shop, revisions, merge("/revision", "0")).orFail();
  }

  private static String name(Shop shop, String kind) {
    return shop.list(kind, "").get(0).at("/metadata/name").asText();
  }

  @Test
  void onlyAPodThatIsNotReadyOfAStatefulSetGoes(Shop shop) {
    shop.apply(workload("StatefulSet", "my-db", "db:1", "none"));
    shop.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: bare}
        spec: {containers: [{name: app, image: app:1}], nodeName: nowhere}
        """);
    shop.awaitObject("pod/my-db-0");
    shop.kubectl("wait", "--for=condition=Ready", "pod/my-db-0", "--timeout=60s");

    for (String pod : List.of("pod/bare", "pod/my-db-0")) {
      Result result = asThief(shop, "", "delete", pod, "--wait=false");
      assertThat(result.exit()).isNotZero();
      assertThat(result.err())
          .contains(
              "the only pods that Lockstep's own identity deletes are those of a StatefulSet");
    }
  }

  /** It would be in the status of the policies, where people look when something is refused. */
  @Test
  void theApiServerFindsNothingToWarnOfInThePolicies(RealCluster cluster) {
    List<String> warnings = new ArrayList<>();
    await()
        // A long time on a busy machine: each expression is checked for each kind.
        .atMost(Duration.ofMinutes(10))
        .until(
            () -> {
              warnings.clear();
              JsonNode policies =
                  Shop.json(
                      cluster
                          .run(
                              "kubectl",
                              List.of("get", "validatingadmissionpolicy", "-o", "json"),
                              "")
                          .orFail());
              boolean isChecked = true;
              for (JsonNode policy : policies.path("items")) {
                isChecked &= policy.path("status").has("typeChecking");
                policy
                    .at("/status/typeChecking/expressionWarnings")
                    .forEach(warning -> warnings.add(warning.toString()));
              }
              return isChecked;
            });

    assertThat(warnings).isEmpty();
  }

  /** What a right allows and no policy looks at would be open to the thief. */
  @Test
  void everyRightToWriteIsFencedIn(RealCluster cluster) {
    String manifest =
        cluster.run("helm", List.of("-n", OWN, "get", "manifest", "lockstep"), "").orFail().out();
    List<PolicyRule> rules = PolicyRule.of(manifest, "lockstep-self-");

    assertThat(Right.given(manifest))
        .filteredOn(right -> !List.of("get", "list", "watch").contains(right.verb()))
        .isNotEmpty()
        .allSatisfy(
            right -> assertThat(rules).as("%s", right).anyMatch(rule -> rule.covers(right)));
  }
}
