package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program that will not have the names of versions gets its way. */
class InsistingWriterTest {
  private static final String OPERATOR = "system:serviceaccount:shop:operator";

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String value) {
    cluster.write(configMap("app-config"), Map.of("FOO", value));
  }

  @BeforeEach
  void bound() {
    config("a");
    app.user = OPERATOR;
    app.apply("1", "app-config");
  }

  private void syncAndDeletePods() {
    app.sync("app-config");
    app.podsChanged();
  }

  private boolean isSteppedBackFrom() {
    return !app.annotation(Annotations.STEPPED_BACK).isEmpty();
  }

  private void insist() {
    for (int i = 0; i < 3; i++) {
      syncAndDeletePods();
    }
  }

  @Test
  void whoRestartsPodsForTheNamesThreeTimesGetsThem() {
    syncAndDeletePods();
    syncAndDeletePods();
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.sync("app-config").warnings())
        .containsExactly(
            "lockstep: Deployment my-app: its writer insists on bare names, it is not bound;"
                + " annotate lockstep.dev/rebind=adopt");
    assertThat(app.reads()).containsExactly("app-config");
    assertThat(app.bindings()).isEmpty();
    assertThat(app.annotation(Annotations.STEPPED_BACK)).endsWith(OPERATOR);
    assertThat(app.annotation(Annotations.BARE_WRITES)).isEmpty();
    app.restart("t1");
    app.apply("2", "app-config");
    assertThat(app.reads()).containsExactly("app-config");
  }

  @Test
  void whoRestartsThemByTheTemplateDoesToo() {
    for (int i = 0; i < 3; i++) {
      String time = "t" + i;
      app.change(
          "",
          request -> {
            FakeWorkload.annotateTemplate(request, "restarted", time);
            ((ObjectNode) request.at("/spec/template/spec/containers/0/envFrom/0/configMapRef"))
                .put("name", "app-config");
          });
    }
    assertThat(isSteppedBackFrom()).isTrue();
  }

  @Test
  void whoWritesThemAgainAndRestartsNothingIsHarmless() {
    app.sync("app-config");
    ObjectNode before = app.persisted();
    for (int i = 0; i < 10; i++) {
      app.sync("app-config");
    }
    assertThat(app.persisted()).as("also quiet").isEqualTo(before);
    assertThat(isSteppedBackFrom()).isFalse();
  }

  @Test
  void whoMovesToNewConfigurationSoDoesNotInsist() {
    for (String value : new String[] {"b", "c", "d", "e"}) {
      config(value);
      app.sync("app-config");
      app.podsChanged();
    }
    assertThat(app.reads()).containsExactly("app-config-v004");
    assertThat(isSteppedBackFrom()).isFalse();
  }

  @Test
  void anApplyNeverInsists() {
    for (int i = 0; i < 5; i++) {
      app.apply("1", "app-config");
      app.podsChanged();
    }
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(isSteppedBackFrom()).isFalse();
  }

  @Test
  void severalUsersDoNotInsistTogether() {
    for (int i = 0; i < 6; i++) {
      app.user = "user-" + i % 2;
      syncAndDeletePods();
    }
    assertThat(isSteppedBackFrom()).isFalse();
  }

  @Test
  void nobodyGetsAHeldWorkloadSo() {
    config("b");
    app.apply("2", "app-config");
    app.undo();
    insist();
    insist();
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void somebodyElsesApplyEndsIt() {
    insist();
    assertThat(isSteppedBackFrom()).isTrue();
    app.user = "jane";
    app.apply("2", "app-config");
    assertThat(isSteppedBackFrom()).isFalse();
    assertThat(app.reads()).containsExactly("app-config-v000");
  }

  @Test
  void itIsAdoptedOnWish() {
    insist();
    app.user = "jane";
    app.rebind("");
    assertThat(app.reads()).containsExactly("app-config");
    app.rebind("adopt");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(isSteppedBackFrom()).isFalse();
  }
}
