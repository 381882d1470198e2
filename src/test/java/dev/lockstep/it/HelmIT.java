package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Helm, in both of its ways to apply. */
@OnRealCluster
class HelmIT {
  private static final String NAME_IN_CONTAINER =
      "/spec/template/spec/containers/0/envFrom/0/configMapRef/name";

  /** One release of a chart in a shop. */
  private record Release(Shop shop, Chart chart, String mode) {

    static Release of(Shop shop, String mode) {
      return new Release(shop, Chart.of(shop), mode);
    }

    void install(String... values) {
      run(List.of("install", "app", chart.path()), values);
    }

    void upgrade(String... values) {
      run(List.of("upgrade", "app", chart.path()), values);
    }

    void rollback(int revision) {
      run(List.of("rollback", "app", String.valueOf(revision)));
    }

    private void run(List<String> command, String... values) {
      List<String> all = new ArrayList<>(command);
      all.add(mode);
      for (String value : values) {
        all.add("--set=" + value);
      }
      shop.helm(all.toArray(String[]::new));
    }

    void runs(String image, String version, String config) {
      JsonNode deployment = Rollouts.recorded(shop, "app");
      assertThat(deployment.at("/spec/template/spec/containers/0/image").asText()).isEqualTo(image);
      String name = deployment.at(NAME_IN_CONTAINER).asText();
      assertThat(name).isEqualTo("app-config-" + version);
      assertThat(Traces.bindings(deployment)).isEqualTo("configmap/app-config=" + version);
      assertThat(shop.get("configmap/" + name).at("/data/FOO").asText()).isEqualTo(config);
      JsonNode head = shop.get("configmap/app-config");
      assertThat(head.at("/data/FOO").asText()).isEqualTo(config);
      assertThat(Traces.version(head)).isEqualTo(version);
    }

    int generation() {
      return Rollouts.recorded(shop, "app").at("/metadata/generation").asInt();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=true", "--server-side=false"})
  void aReleaseAndItsConfigGoForwardAndBackTogether(String mode, Shop shop) {
    Release release = Release.of(shop, mode);
    release.install("config=one", "image=app:1");
    release.runs("app:1", "v000", "one");

    release.upgrade("config=two", "image=app:2");
    release.runs("app:2", "v001", "two");

    release.rollback(1);
    release.runs("app:1", "v000", "one");

    release.upgrade("config=two", "image=app:2");
    release.runs("app:2", "v001", "two");

    release.upgrade("config=three", "image=app:2");
    release.runs("app:2", "v002", "three");
    assertThat(shop.versionsOf("configmap", "app-config"))
        .containsExactly("app-config-v000", "app-config-v001", "app-config-v002");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=true", "--server-side=false"})
  void anUpgradeOfTheConfigAloneRollsOutAndBack(String mode, Shop shop) {
    Release release = Release.of(shop, mode);
    release.install("config=one");

    release.upgrade("config=two");
    release.runs("app:1", "v001", "two");

    release.rollback(1);
    release.runs("app:1", "v000", "one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=true", "--server-side=false"})
  void anUpgradeWithoutChangeIsNoRollout(String mode, Shop shop) {
    Release release = Release.of(shop, mode);
    release.install("config=one");
    int generation = release.generation();

    for (int i = 0; i < 3; i++) {
      release.upgrade("config=one");
      release.runs("app:1", "v000", "one");
    }

    assertThat(release.generation()).isEqualTo(generation);
    assertThat(shop.list("replicaset", "")).hasSize(1);
    assertThat(shop.versionsOf("configmap", "app-config")).containsExactly("app-config-v000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--server-side=true", "--server-side=false"})
  void helmsOwnWaysWorkWithoutBeingTold(String mode, Shop shop) {
    // The mode of the first release is Helm's default for those that follow.
    Chart chart = Chart.of(shop);
    Release.of(shop, mode).install("config=one");
    Release release = new Release(shop, chart, "--server-side=auto");

    release.upgrade("config=two");
    release.runs("app:1", "v001", "two");
    release.rollback(1);
    release.runs("app:1", "v000", "one");
    release.upgrade("config=two");
    release.runs("app:1", "v001", "two");
  }
}
