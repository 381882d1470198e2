package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pods could not start with is told when it is applied, not when they fail. */
@OnRealCluster
class MissingIT {
  private static final String APP = "deployment/my-app";
  private static final String WAITING = "lockstep.dev/waiting";
  private static final String NO_CONFIG =
      "Warning: lockstep: ConfigMap app-config: does not exist; pods won't start until it does";
  private static final String NO_FOO =
      "Warning: lockstep: ConfigMap app-config: has no key FOO; pods won't start without it";

  private static String deployment(String image) {
    return workload("Deployment", "my-app", image, "app-config");
  }

  /** A container that needs FOO of {@code app-config}, with a line more about that reference. */
  private static String needsFoo(String image, String more) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: %s
            env:
              - name: FOO
                valueFrom:
                  configMapKeyRef:
                    name: app-config
                    key: FOO
        %s"""
            .formatted(image, more.indent(12)));
  }

  private static String needsFoo(String image) {
    return needsFoo(image, "");
  }

  private static String withVolume(String volume) {
    return workload(
        "Deployment",
        "my-app",
        """
        containers:
          - name: app
            image: app:1
        volumes:
          - %s
        """
            .formatted(volume));
  }

  private static void set(Shop shop, String object, String annotation) {
    shop.kubectl("annotate", "--overwrite", object, annotation);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Deployment", "StatefulSet", "DaemonSet"})
  void aWorkloadWithoutItsConfigIsToldAndWaits(String kind, Shop shop) {
    Result applied = shop.apply(workload(kind, "my-app", "app:1", "app-config"));

    assertThat(applied.err()).contains(NO_CONFIG);
    Workload.State state = new Workload(shop, kind + "/my-app").now();
    assertThat(state.annotation(WAITING)).isEqualTo("configmap/app-config");
    assertThat(state.names()).containsExactly("app-config");
    assertThat(state.bindings()).isEmpty();
  }

  @Test
  void aSecretThatIsMissingIsToldByItsKind(Shop shop) {
    Result applied = shop.apply(withVolume("{name: s, secret: {secretName: app-secret}}"));

    assertThat(applied.err())
        .contains(
            "Warning: lockstep: Secret app-secret: does not exist; pods won't start until it does");
    assertThat(new Workload(shop, APP).now().annotation(WAITING)).isEqualTo("secret/app-secret");
  }

  @Test
  void eachOfSeveralIsToldOnce(Shop shop) {
    Result applied =
        shop.apply(
            workload(
                "Deployment",
                "my-app",
                """
                containers:
                  - name: app
                    image: app:1
                    envFrom:
                      - configMapRef: {name: a}
                      - configMapRef: {name: a, optional: true}
                      - configMapRef: {name: b}
                      - secretRef: {name: a}
                    env:
                      - {name: X, valueFrom: {configMapKeyRef: {name: a, key: X}}}
                """));

    assertThat(applied.err().lines().filter(line -> line.contains("does not exist")))
        .hasSize(3)
        .anyMatch(line -> line.contains("ConfigMap a:"))
        .anyMatch(line -> line.contains("ConfigMap b:"))
        .anyMatch(line -> line.contains("Secret a:"));
    assertThat(new Workload(shop, APP).now().annotation(WAITING))
        .isEqualTo("configmap/a,configmap/b,secret/a");
  }

  /** The very failure that versions are for: 1.0 reads FOO, the config that is there has BAR. */
  @Test
  void theOldAppWithTheNewConfigIsToldWhichKeyItLacks(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + needsFoo("app:1"));
    shop.apply(
        configMap("app-config", "BAR", "baz")
            + workload("Deployment", "my-app", "app:2", "app-config"));

    Result applied = shop.apply(needsFoo("app:1"));

    assertThat(applied.err()).contains(NO_FOO);
    Workload.State state = new Workload(shop, APP).now();
    assertThat(state.names()).containsExactly("app-config-v001");
    assertThat(state.annotation(WAITING)).isEmpty();
  }

  @Test
  void anUndoThatBringsTheKeyBackHasNothingToTell(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(configMap("app-config", "FOO", "bar") + needsFoo("app:1"));
    app.settled();
    shop.apply(configMap("app-config", "BAR", "baz") + deployment("app:2"));
    app.settled();

    Result undone = shop.kubectl("rollout", "undo", APP);

    assertThat(undone.err()).doesNotContain("lockstep");
    assertThat(app.now().names()).containsExactly("app-config-v000");
  }

  @Test
  void aRestartThatTakesAKeyAwayIsTold(Shop shop) {
    Workload app = new Workload(shop, APP);
    shop.apply(configMap("app-config", "FOO", "bar") + needsFoo("app:1"));
    app.settled();
    shop.apply(configMap("app-config", "BAR", "baz"));

    assertThat(app.restart().err()).contains(NO_FOO);
  }

  @Test
  void aKeyOfAnExplicitVersionIsLookedForThere(Shop shop) {
    shop.apply(configMap("app-config", "BAR", "baz"));
    shop.awaitObject("configmap/app-config-v000");

    Result applied =
        shop.apply(needsFoo("app:1").replace("name: app-config", "name: app-config-v000"));

    assertThat(applied.err())
        .contains("Warning: lockstep: ConfigMap app-config-v000: has no key FOO; pods won't start");
  }

  @Test
  void aKeyThatIsAskedForLaterOfTheBoundVersionIsLookedForThere(Shop shop) {
    shop.apply(configMap("app-config", "BAR", "baz") + deployment("app:1"));

    Result patched =
        shop.kubectl(
            "patch",
            APP,
            "-p",
            """
            {"spec": {"template": {"spec": {"containers": [{"name": "app", "env": [
              {"name": "FOO", "valueFrom": {"configMapKeyRef":
                {"name": "app-config-v000", "key": "FOO"}}}]}]}}}}
            """);

    assertThat(patched.err())
        .contains("Warning: lockstep: ConfigMap app-config-v000: has no key FOO; pods won't start");
  }

  @Test
  void aKeyOfAnObjectThatHasNoVersionsIsLookedForInIt(Shop shop) {
    shop.apply(configMap("app-config", "BAR", "baz"));
    set(shop, "configmap/app-config", "lockstep.dev/versioned=false");

    assertThat(shop.apply(needsFoo("app:1")).err()).contains(NO_FOO);
    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{name: v, configMap: {name: app-config, items: [{key: FOO, path: f}]}} | ConfigMap",
        "{name: v, secret: {secretName: app-config, items: [{key: FOO, path: f}]}} | Secret",
        "{name: v, projected: {sources: [{configMap: {name: app-config, items: [{key: FOO, path: f}]}}]}} | ConfigMap",
        "{name: v, projected: {sources: [{secret: {name: app-config, items: [{key: FOO, path: f}]}}]}} | Secret"
      })
  void aKeyThatAVolumeAsksForIsLookedFor(String volume, String kind, Shop shop) {
    shop.apply(configMap("app-config", "BAR", "a") + secret("app-config", "BAR", "a"));

    assertThat(shop.apply(withVolume(volume)).err())
        .contains("Warning: lockstep: " + kind + " app-config: has no key FOO; pods won't start");

    shop.apply(
        configMap("app-config", Map.of("BAR", "a", "FOO", "b")) + secret("app-config", "FOO", "b"));
    assertThat(shop.apply(withVolume(volume)).err()).doesNotContain("lockstep");
  }

  @Test
  void aWrongKeyOfASecretIsToldAndNothingOfWhatItHolds(Shop shop) {
    shop.apply(secret("app-secret", "PASSWORD", "hunter2"));

    Result applied =
        shop.apply(
            workload(
                "Deployment",
                "my-app",
                """
                containers:
                  - name: app
                    image: app:1
                    env:
                      - {name: P, valueFrom: {secretKeyRef: {name: app-secret, key: PASWORD}}}
                """));

    assertThat(applied.err())
        .contains("Warning: lockstep: Secret app-secret: has no key PASWORD; pods won't start")
        .doesNotContain("hunter2", "PASSWORD");
  }

  @Test
  void optionalReferencesAreSilent(Shop shop) {
    shop.apply(configMap("app-config", "BAR", "baz"));

    Result noKey = shop.apply(needsFoo("app:1", "optional: true"));
    Result nothing =
        shop.apply(withVolume("{name: s, secret: {secretName: app-secret, optional: true}}"));

    assertThat(noKey.err()).doesNotContain("lockstep");
    assertThat(nothing.err()).doesNotContain("lockstep");
    assertThat(new Workload(shop, APP).now().annotation(WAITING)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"workload", "namespace"})
  void whatIsToBeDeniedIsNotPersisted(String where, Shop shop) {
    String file = annotated(where, "deny", shop);
    awaitApply(shop, file, tried -> tried.exit() != 0);

    Result applied = shop.tryApply(file);

    assertThat(applied.exit()).isNotZero();
    assertThat(applied.err())
        .contains("lockstep: cannot admit for Deployment " + shop.name() + "/my-app")
        .contains("ConfigMap app-config does not exist. Create it first");
    assertThat(shop.find(APP)).isEmpty();

    shop.apply(configMap("app-config", "BAR", "baz"));
    Result noKey = shop.tryApply(file);
    assertThat(noKey.exit()).isNotZero();
    assertThat(noKey.err()).contains("ConfigMap app-config has no key FOO. Add the key");

    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.apply(file);
    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config-v001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"workload", "namespace"})
  void whatIsToBeIgnoredIsSilentAndStillBoundWhenItComes(String where, Shop shop) {
    String file = annotated(where, "ignore", shop);
    awaitApply(shop, file, tried -> !tried.err().contains("lockstep"));

    Result applied = shop.apply(file);

    assertThat(applied.err()).doesNotContain("lockstep");
    assertThat(new Workload(shop, APP).now().annotation(WAITING)).isEqualTo("configmap/app-config");
    shop.apply(configMap("app-config", "BAR", "baz"));
    assertThat(shop.apply(file).err()).doesNotContain("lockstep");
    assertThat(new Workload(shop, APP).now().names()).containsExactly("app-config-v000");
  }

  @Test
  void theWorkloadsPolicyCountsBeforeItsNamespaces(Shop shop) {
    String plain = annotated("namespace", "deny", shop);
    awaitApply(shop, plain, tried -> tried.exit() != 0);

    assertThat(shop.apply(annotated("workload", "warn", shop)).err()).contains(NO_CONFIG);
    assertThat(shop.tryApply(plain.replace("app:1", "app:2")).exit()).isNotZero();
  }

  @Test
  void aPolicyThatIsNotKnownIsToldAndTheNextOneCounts(Shop shop) {
    Result applied = shop.apply(annotated("workload", "explode", shop));

    assertThat(applied.err())
        .contains("Deployment my-app: lockstep.dev/missing has an unknown value; use deny, ignore")
        .contains(NO_CONFIG);
  }

  /** A file that needs FOO; the policy is on its workload or on the namespace. */
  private static String annotated(String where, String policy, Shop shop) {
    String file = needsFoo("app:1");
    if (where.equals("namespace")) {
      set(shop, "namespace/" + shop.name(), "lockstep.dev/missing=" + policy);
      return file;
    }
    return file.replaceFirst(
        "  name: my-app\n",
        "  name: my-app\n  annotations: {lockstep.dev/missing: " + policy + "}\n");
  }

  /** The server learns of a namespace's annotation by a watch. */
  private static void awaitApply(Shop shop, String file, Predicate<Result> expected) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> shop.tryApply(file, "--dry-run=server"), expected);
  }
}
