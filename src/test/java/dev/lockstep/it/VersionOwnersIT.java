package dev.lockstep.it;

import static dev.lockstep.it.Await.waiting;
import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may patch a version may not thereby delete it, nor keep it for ever. */
@OnRealCluster
class VersionOwnersIT {
  private static final String OWNER =
      "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\","
          + "\"name\":\"gone\",\"uid\":\"2b2b2b2b-0000-0000-0000-000000000000\"}]}}";
  private static final String FINALIZER = "{\"metadata\":{\"finalizers\":[\"example.com/a\"]}}";

  private static Result asJane(Shop shop, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--as=jane", "--as-group=system:masters"));
    return shop.tryKubectl("", all.toArray(String[]::new));
  }

  private static Shop withVersions(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar") + secret("login", "PASSWORD", "one"));
    shop.awaitObject("configmap/app-config-v000");
    shop.awaitObject("secret/login-v000");
    return shop;
  }

  @ParameterizedTest
  @ValueSource(strings = {"configmap/app-config-v000", "secret/login-v000"})
  void nobodyGivesAVersionAnOwnerOrAFinalizer(String version, Shop shop) {
    withVersions(shop);
    JsonNode before = shop.get(version);

    for (String change : List.of(OWNER, FINALIZER)) {
      Result result = asJane(shop, "patch", version, "--type=merge", "-p", change);
      assertThat(result.exit()).isNotZero();
      assertThat(result.err())
          .contains("lockstep: cannot change owners or finalizers of this version for ");
    }
    assertThat(shop.get(version)).isEqualTo(before);
  }

  @Test
  void whoeverBreaksTheGlassMay(Shop shop) {
    String version = "configmap/app-config-v000";
    withVersions(shop);

    asJane(shop, "annotate", version, "lockstep.dev/allow-delete=true").orFail();
    asJane(shop, "patch", version, "--type=merge", "-p", FINALIZER).orFail();
    asJane(shop, "patch", version, "--type=merge", "-p", "{\"metadata\":{\"finalizers\":null}}")
        .orFail();
  }

  @Test
  void theGarbageCollectorLetsAVersionGo(Shop shop) {
    String version = "configmap/app-config-v000";
    withVersions(shop);

    // It is the garbage collector that takes the finalizer of this off.
    asJane(shop, "annotate", version, "lockstep.dev/allow-delete=true").orFail();
    asJane(shop, "delete", version, "--cascade=orphan", "--wait=false").orFail();

    waiting().until(() -> shop.find(version).isEmpty());
  }

  @Test
  void otherObjectsAreNobodysBusiness(Shop shop) {
    withVersions(shop);

    asJane(shop, "patch", "configmap/app-config", "--type=merge", "-p", FINALIZER).orFail();
    asJane(
            shop,
            "patch",
            "configmap/app-config",
            "--type=merge",
            "-p",
            "{\"metadata\":{\"finalizers\":null}}")
        .orFail();
  }
}
