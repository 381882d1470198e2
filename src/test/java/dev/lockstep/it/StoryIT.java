package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** The seed's story: code and config go back together. */
@OnRealCluster
class StoryIT {
  private static final String CONFIG_OF_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";

  @Test
  void undoBringsBackTheConfigThatTheRevisionHad(Shop shop) {
    shop.apply(
        configMap("app-config", "FOO", "bar")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    new Workload(shop, "deployment/my-app").settled();
    shop.apply(
        configMap("app-config", "BAR", "baz")
            + workload("Deployment", "my-app", "app:2", "app-config"));
    Workload app = new Workload(shop, "deployment/my-app");
    JsonNode released = app.settled().object();
    assertThat(released.at(CONFIG_OF_CONTAINER).asText()).isEqualTo("app-config-v001");

    JsonNode undone = app.undo().object();
    assertThat(undone.at(CONFIG_OF_CONTAINER).asText()).isEqualTo("app-config-v000");
    assertThat(undone.at("/spec/template/spec/containers/0/image").asText()).isEqualTo("app:1");
    assertThat(shop.get("configmap/app-config-v000").at("/data/FOO").asText()).isEqualTo("bar");
    assertThat(Shop.meta(undone, "annotations", "lockstep.dev/held"))
        .isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aVersionIsAnImmutableCopyWithOurMetadataAlone(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));

    JsonNode version = shop.awaitObject("configmap/app-config-v000");

    assertThat(version.path("immutable").asBoolean()).isTrue();
    assertThat(version.at("/data/FOO").asText()).isEqualTo("bar");
    JsonNode metadata = version.path("metadata");
    assertThat(metadata.path("labels").properties())
        .extracting(e -> e.getKey())
        .containsExactlyInAnyOrder(
            "lockstep.dev/role",
            "lockstep.dev/head",
            "lockstep.dev/version",
            "lockstep.dev/content");
    assertThat(metadata.path("annotations").properties())
        .extracting(e -> e.getKey())
        .containsExactlyInAnyOrder("lockstep.dev/head-name", "lockstep.dev/changed-by");
    assertThat(metadata.has("ownerReferences")).isFalse();
    assertThat(metadata.has("finalizers")).isFalse();
  }
}
