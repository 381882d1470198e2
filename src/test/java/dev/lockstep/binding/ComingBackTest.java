package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rule 2: a revision that comes back gets what it had, whoever brings it back. */
class ComingBackTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String name, String value) {
    cluster.write(configMap(name), Map.of("FOO", value));
  }

  private void releasedTwice() {
    config("app-config", "a");
    app.apply("1", "app-config");
    config("app-config", "b");
    app.apply("2", "app-config");
  }

  @Test
  void anUndoBringsItBack() {
    releasedTwice();
    assertThat(app.undo().warnings())
        .containsExactly(
            "lockstep: Deployment my-app: has older config again, and is held; apply, or annotate"
                + " lockstep.dev/rebind= to go on");
    assertThat(app.image()).isEqualTo("1");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void aUserInterfaceThatPutsTheSpecAloneBringsItBack() {
    releasedTwice();
    app.putSpecOf(0);
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anUndoToARestartedRevisionIsOne() {
    config("app-config", "a");
    app.apply("1", "app-config");
    app.restart("t1");
    app.restart("t2");
    config("app-config", "b");
    app.restart("t3");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anUndoOfWhatChangedConfigurationAloneIsOne() {
    config("app-config", "a");
    app.apply("1", "app-config");
    config("app-config", "b");
    app.apply("1", "app-config");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatNamedAnotherHeadIsHeldToo() {
    config("b", "a");
    config("other", "a");
    app.apply("1", "b");
    config("b", "bad");
    app.apply("2", "other");
    app.undo();
    assertThat(app.reads()).containsExactly("b-v000");
    assertThat(app.held()).isEqualTo("configmap/b=v000");
  }

  @Test
  void whatLeavesEverythingCurrentHoldsNothing() {
    config("app-config", "a");
    app.apply("1", "app-config");
    app.apply("2", "app-config");
    assertThat(app.undo().warnings()).isEmpty();
    assertThat(app.held()).isEmpty();
    assertThat(app.lists).isZero();
  }

  @Test
  void aRevisionFromBeforeTheOptInGetsWhatItsNamesMeant() {
    app.applyAway("1", "app-config");
    config("app-config", "a");
    app.noteBaseline(0, "configmap/app-config=v000");
    config("app-config", "b");
    app.apply("2", "app-config");
    app.undoTo(0);
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aRevisionFromBeforeTheOptInOfWhichNothingIsKnownIsToldOf() {
    app.applyAway("1", "app-config");
    config("app-config", "a");
    app.apply("2", "app-config");
    assertThat(app.undoTo(0).warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: what it held then is not known; v000 is current");
  }

  @Test
  void whatRanWithoutAnOptionalObjectComesBackWithItsVeryTemplate() {
    app.applyOptional("1", "extra");
    config("extra", "a");
    app.applyOptional("2", "extra");
    assertThat(app.reads()).containsExactly("extra-v000");
    app.undo();
    assertThat(app.reads()).containsExactly("extra");
  }

  @Test
  void aRevisionThatNobodyMeantMeansTheNextOne() {
    config("foo", "a");
    app.apply("1", "foo");
    app.apply("2", "bar");
    config("bar", "b");
    app.rebind("arrived:configmap/bar");
    app.markInBetween(1);
    app.apply("3", "foo");
    app.undoTo(1);
    assertThat(app.image()).isEqualTo("2");
    assertThat(app.reads()).containsExactly("bar-v000");
  }

  @Test
  void thereIsNothingToGoBackToInAReleaseThatCameInTheWrongOrder() {
    app.apply("1", "bar");
    config("bar", "b");
    app.rebind("arrived:configmap/bar");
    app.markInBetween(0);
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(app::undo)
        .withMessageContaining("no rollout history found for deployment \"my-app\"");
  }

  @Test
  void aProgramThatWritesItsBareNamesAgainBringsNothingBack() {
    app.applyAway("1", "app-config");
    config("app-config", "a");
    app.noteBaseline(0, "configmap/app-config=v000");
    config("app-config", "b");
    app.rebind();
    app.user = "system:serviceaccount:shop:operator";
    app.sync("app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void settingsThatAnUndoBringsAlongAreNotTaken() {
    config("app-config", "a");
    app.annotate(Annotations.VERSIONED, "false");
    app.apply("1", "app-config");
    app.annotate(Annotations.VERSIONED, "true");
    app.apply("2", "app-config");
    app.change(
        "",
        request -> {
          ((ObjectNode) request.get("spec")).set("template", app.template(0));
          request.withObject("/metadata/annotations").put(Annotations.VERSIONED, "false");
        });
    assertThat(app.annotation(Annotations.VERSIONED)).isEqualTo("true");
    assertThat(app.image()).isEqualTo("1");
  }

  @Test
  void aVersionThatIsGoneIsTold() {
    releasedTwice();
    cluster.delete(configMap("app-config-v000"));
    assertThat(app.undo().warnings())
        .contains(
            "lockstep: ConfigMap app-config-v000: does not exist; pods won't start until it does");
    assertThat(app.reads()).containsExactly("app-config-v000");
  }

  @Test
  void whatExpiresFollowsAnUndo() {
    releasedTwice();
    ObjectNode head = (ObjectNode) cluster.find(configMap("app-config")).orElseThrow();
    head.withObject("/metadata/annotations").put(Annotations.ROLLBACK, "current");
    cluster.put(configMap("app-config"), head);
    app.undo();
    assertThat(app.image()).isEqualTo("1");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }
}
