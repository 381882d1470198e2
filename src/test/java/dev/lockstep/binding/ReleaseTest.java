package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What opens the window in which configuration of the same user belongs to a release. */
class ReleaseTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String value) {
    cluster.write(configMap("app-config"), Map.of("FOO", value));
  }

  private String released() {
    return app.annotation(Annotations.RELEASED);
  }

  @BeforeEach
  void release() {
    config("a");
    app.apply("1", "app-config");
    assertThat(released()).isEqualTo("2026-01-01T00:00:01Z jane");
  }

  @Test
  void anApplyOfTheSameReleasesNothing() {
    app.apply("1", "app-config");
    assertThat(released()).isEqualTo("2026-01-01T00:00:01Z jane");
  }

  @Test
  void anotherImageDoes() {
    app.user = "joe";
    app.setImage("2");
    assertThat(released()).isEqualTo("2026-01-01T00:00:02Z joe");
  }

  @Test
  void aRestartDoesNot() {
    app.restart("t1");
    assertThat(released()).isEqualTo("2026-01-01T00:00:01Z jane");
  }

  @Test
  void aReturnHasNone() {
    config("b");
    app.apply("2", "app-config");
    app.undo();
    assertThat(released()).isEmpty();
    assertThat(app.annotation(Annotations.WINDOW_MOVES)).isEmpty();
  }

  @Test
  void aDryRunReleasesNothing() {
    assertThat(
            app.dryRun("2", "app-config")
                .at("/metadata/annotations")
                .path(Annotations.RELEASED)
                .asText())
        .isEqualTo(released());
  }

  @Test
  void movesWithinTheWindowAreCountedUntilTheNextRelease() {
    config("b");
    app.rebind("window:configmap/app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.annotation(Annotations.WINDOW_MOVES)).isEqualTo("1");
    assertThat(released()).isEqualTo("2026-01-01T00:00:01Z jane");
    config("c");
    app.rebind("window:configmap/app-config");
    assertThat(app.annotation(Annotations.WINDOW_MOVES)).isEqualTo("2");
    app.setImage("2");
    assertThat(app.annotation(Annotations.WINDOW_MOVES)).isEmpty();
  }
}
