package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only Lockstep makes versions and says what they are: whoever it is that tries. */
@OnRealCluster
class VersionPolicyIT {
  private static final String FORGED =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: app-config-v007
        labels:
          lockstep.dev/role: version
      """;

  /** Somebody with every right, and not exempt. */
  private static Result asJane(Shop shop, String input, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--as=jane", "--as-group=system:masters"));
    return shop.tryKubectl(input, all.toArray(String[]::new));
  }

  /** With a version of a ConfigMap and one of a Secret, once the API server holds the policy. */
  private static Shop guarded(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + secret("login", "PASSWORD", "one"));
    shop.awaitObject("configmap/app-config-v000");
    shop.awaitObject("secret/login-v000");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> asJane(shop, FORGED, "create", "--dry-run=server", "-f", "-"),
            result -> result.exit() != 0);
    return shop;
  }

  @Test
  void nobodyMakesAVersionByHand(Shop shop) {
    Result result = asJane(guarded(shop), FORGED, "create", "-f", "-");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err())
        .contains(
            "lockstep: cannot make this a version for ConfigMap " + shop.name(),
            "/app-config-v007: versions are copies that Lockstep makes. ");
    assertThat(shop.find("configmap/app-config-v007")).isEmpty();
  }

  @Test
  void nobodyMakesAVersionOfWhatIsThere(Shop shop) {
    guarded(shop).awaitObject("configmap/kube-root-ca.crt");

    Result result =
        asJane(shop, "", "label", "configmap/kube-root-ca.crt", "lockstep.dev/role=version");

    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("lockstep: cannot make this a version");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label lockstep.dev/role-",
        "label lockstep.dev/role=head",
        "label lockstep.dev/version=v007",
        "label lockstep.dev/head=other",
        "label lockstep.dev/content-",
        "label lockstep.dev/more=of-it",
        "annotate lockstep.dev/head-name=other",
        "annotate lockstep.dev/changed-by-",
        "annotate lockstep.dev/unused-since=2026-01-01T00:00:00Z"
      })
  void whatLockstepWroteOnAVersionStays(String change, Shop shop) {
    guarded(shop);
    for (String version : List.of("configmap/app-config-v000", "secret/login-v000")) {
      String before = shop.get(version).path("metadata").toString();

      Result result =
          asJane(shop, "", change.split(" ")[0], "--overwrite", version, change.split(" ")[1]);

      assertThat(result.exit()).isNotZero();
      assertThat(result.err()).contains("lockstep: cannot change this version for ");
      assertThat(shop.get(version).path("metadata").toString()).isEqualTo(before);
    }
  }

  @Test
  void whatIsTheUsersTheyMayChange(Shop shop) {
    guarded(shop);
    String version = "configmap/app-config-v000";

    asJane(shop, "", "annotate", version, "lockstep.dev/keep=true", "example.com/note=a").orFail();
    asJane(shop, "", "annotate", version, "lockstep.dev/allow-delete=true").orFail();
    asJane(shop, "", "annotate", version, "lockstep.dev/keep-", "example.com/note-").orFail();
    asJane(shop, "", "label", version, "example.com/team=shop").orFail();
    asJane(shop, "", "delete", version).orFail();

    assertThat(shop.find("configmap/app-config-v000")).isEmpty();
  }

  @Test
  void ordinaryWorkGoesOn(Shop shop) {
    guarded(shop);

    asJane(
            shop,
            configMap("app-config", "FOO", "baz")
                + secret("login", "PASSWORD", "two")
                + workload("Deployment", "my-app", "app:1", "app-config"),
            "apply",
            "-f",
            "-")
        .orFail();
    asJane(shop, "", "label", "configmap/app-config", "lockstep.dev/version=v007", "--overwrite")
        .orFail();

    assertThat(shop.awaitObject("configmap/app-config-v001").at("/data/FOO").asText())
        .isEqualTo("baz");
    assertThat(Shop.meta(shop.get("configmap/app-config"), "labels", "lockstep.dev/version"))
        .isEqualTo("v001");
  }

  @Test
  void whoIsExemptRestoresVersions(Shop shop) {
    guarded(shop).tryKubectl(FORGED, "create", "-f", "-").orFail();

    assertThat(shop.find("configmap/app-config-v007")).isPresent();
  }

  @Test
  void aNamespaceThatIsNotOptedInIsNobodysBusiness(Shop guarded, RealCluster cluster) {
    guarded(guarded);

    asJane(Shop.closed(cluster), FORGED, "create", "-f", "-").orFail();
  }
}
