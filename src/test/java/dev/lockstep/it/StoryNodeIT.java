package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The seed's story, in containers, from the installation of the chart to its end. */
@OnRealNode
class StoryNodeIT {

  @ParameterizedTest
  @EnumSource
  void theProcessThatRunsAfterAnUndoHasTheEnvironmentOfItsRelease(
      CertificateMode mode, RealCluster cluster) {
    Installation installation = Installation.of(cluster, mode);
    installation.test().orFail();
    Shop shop = Shop.open(cluster);
    RunningApp app = new RunningApp(shop);

    app.release("v1");
    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfFirstRelease);
    app.release("v2");
    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfSecondRelease);
    app.undo();

    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfFirstRelease);
    assertThat(app.configMap()).isEqualTo("app-config-v000");
  }

  @ParameterizedTest
  @EnumSource(names = "SELF")
  void afterAnUninstallWhatRunsGoesOnAndApplyWorksAsIfLockstepHadNeverBeen(
      CertificateMode mode, RealCluster cluster) {
    Installation installation = Installation.of(cluster, mode);
    Shop shop = Shop.open(cluster);
    RunningApp app = new RunningApp(shop);
    app.release("v1");
    app.release("v2");
    app.undo();
    List<String> before = app.pods();

    installation.uninstall();
    shop.awaitNoWebhooks();

    assertThat(app.pods()).isEqualTo(before);
    assertThat(app.configMap()).isEqualTo("app-config-v000");
    shop.kubectl("delete", "pod", before.get(0));
    shop.kubectl("rollout", "status", "deployment/my-app", "--timeout=100s");
    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfFirstRelease);

    app.release("v2");
    assertThat(app.configMap()).isEqualTo("app-config");
    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfSecondRelease);
    app.undo();
    assertThat(app.configMap()).isEqualTo("app-config-v000");
    assertThat(app.environments()).hasSize(2).allSatisfy(StoryNodeIT::isOfFirstRelease);
  }

  private static void isOfFirstRelease(List<String> environment) {
    assertThat(environment).contains("FOO=bar").noneMatch(variable -> variable.startsWith("BAR="));
  }

  private static void isOfSecondRelease(List<String> environment) {
    assertThat(environment).contains("BAR=baz").noneMatch(variable -> variable.startsWith("FOO="));
  }
}
