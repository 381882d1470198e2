package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a workload waits for, and what asks for it when it is there. */
class WaitingTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String key) {
    cluster.write(configMap("app-config"), Map.of(key, "a"));
  }

  private String waiting() {
    return app.annotation(Annotations.WAITING);
  }

  @Test
  void aRequiredKeyThatIsNotThereIsWaitedFor() {
    config("OTHER");
    app.applyKey("app-config", "FOO");
    assertThat(waiting()).isEqualTo("configmap/app-config");
    app.rebind("arrived:configmap/app-config");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(waiting()).isEqualTo("configmap/app-config");
    config("FOO");
    app.rebind("arrived:configmap/app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(waiting()).isEmpty();
  }

  @Test
  void nothingWalksIntoAVersionThatLacksARequiredKeyByItself() {
    config("FOO");
    app.applyKey("app-config", "FOO");
    config("BAR");
    app.rebind("auto:configmap/app-config");
    assertThat(app.reads()).containsExactly("app-config-v000");
    app.rebind();
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(waiting()).isEqualTo("configmap/app-config");
  }

  @Test
  void aJobWaitsForNothingSinceNobodyCanBindIt() {
    FakeWorkload job = FakeWorkload.job(cluster);
    assertThat(job.apply("1", "app-config").warnings()).hasSize(1);
    assertThat(job.annotation(Annotations.WAITING)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s1", "configmap/", "auto:", "soon:configmap/a", "configmap/a,,", "Adopt"})
  void aValueThatCanNotBeReadIsRefused(String value) {
    config("FOO");
    app.apply("1", "app-config");
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> app.rebind(value))
        .withMessageContaining("the value of lockstep.dev/rebind can't be read");
  }

  @Test
  void aPinnedWorkloadIsMovedByHandAlone() {
    config("FOO");
    app.annotate(Annotations.ROLLOUT, "pinned");
    app.apply("1", "app-config");
    config("BAR");
    app.rebind("auto:configmap/app-config");
    assertThat(app.reads()).containsExactly("app-config-v000");
    app.rebind();
    assertThat(app.reads()).containsExactly("app-config-v001");
  }
}
