package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadAdmissionTest {
  private static final ObjectKey CONFIG = configMap("app-config");

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String value) {
    cluster.write(CONFIG, Map.of("FOO", value));
  }

  @Test
  void applyBindsToCurrent() {
    config("a");
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
    assertThat(cluster.names()).contains("app-config-v000");
  }

  @Test
  void applyingTheSameAgainChangesNothing() {
    config("a");
    app.apply("1", "app-config");
    ObjectNode before = app.persisted();
    app.apply("1", "app-config");
    assertThat(app.persisted()).isEqualTo(before);
  }

  @Test
  void undoBringsBackWhatWas() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void restartPicksUpTheNewest() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void restartAfterAnUndoStaysAndSaysSo() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    app.undo();
    assertThat(app.restart("t1").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: stays at v000 after an undo; apply, or annotate"
                + " lockstep.dev/rebind= to move it");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anUndoToARestartedRevisionIsNoRestart() {
    config("a");
    app.apply("1", "app-config");
    app.restart("t1");
    app.restart("t2");
    config("b");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v000");
  }

  @Test
  void applyEndsAHold() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    app.undo();
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void rebindMovesWhatIsHeldAndIsConsumed() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    app.undo();
    app.rebind();
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
    assertThat(app.persisted().at("/metadata/annotations").has(Annotations.REBIND)).isFalse();
  }

  @Test
  void aPinnedWorkloadMovesOnlyWhenItIsApplied() {
    config("a");
    app.annotate(Annotations.ROLLOUT, "pinned");
    app.apply("1", "app-config");
    config("b");
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v000");
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  @Test
  void anExplicitNameIsAPin() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    app.apply("3", "app-config-v000");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEmpty();
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v000");
  }

  @Test
  void oneHeadHasOneVersionInATemplate() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.setNames("app-config-v000", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v001", "app-config-v001");
  }

  @Test
  void whatIsBoundIsKeptWhenTheHeadIsGone() {
    config("a");
    app.apply("1", "app-config");
    cluster.delete(CONFIG);
    assertThat(app.apply("2", "app-config").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: is gone, v000 is kept; create it to change it");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatNamesNothingIsToldAndWaits() {
    assertThat(app.apply("1", "app-config").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: does not exist; pods won't start until it does");
    assertThat(app.reads()).containsExactly("app-config");
    assertThat(app.annotation(Annotations.WAITING)).isEqualTo("configmap/app-config");
    config("a");
    app.apply("1", "app-config");
    app.rebind();
    assertThat(app.annotation(Annotations.WAITING)).isEmpty();
  }

  @Test
  void whatNamesNothingIsDeniedWhereThatIsAskedFor() {
    app.annotate(Annotations.MISSING, "deny");
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> app.apply("1", "app-config"))
        .withMessage(
            "lockstep: cannot admit for Deployment shop/my-app: ConfigMap app-config does not"
                + " exist. Create it first, or mark the reference optional.");
  }

  @Test
  void aHeadThatWasNeverStampedIsStampedFirst() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
  }

  @Test
  void aHeadWhoseStampIsRefusedStaysBare() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    cluster.refused = id -> true;
    assertThat(app.apply("1", "app-config").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: was refused a version; see its namespace's rules");
    assertThat(app.reads()).containsExactly("app-config");
  }

  @Test
  void aNameThatCannotBeOneIsNeverLookedUp() {
    app.apply("1", "../secrets/foo");
    assertThat(app.reads()).containsExactly("../secrets/foo");
    assertThat(cluster.calls).isEmpty();
  }

  @Test
  void anOrdinaryObjectNamedLikeAVersionIsAHead() {
    cluster.write(configMap("a-v000"), Map.of("FOO", "a"));
    app.apply("1", "a-v000");
    assertThat(app.reads()).containsExactly("a-v000-v000");
  }

  @Test
  void forgedBindingsToAnOrdinaryObjectDoNotCount() {
    cluster.write(configMap("a-v000"), Map.of("FOO", "a"));
    app.applyForged("a-v000", "configmap/a=v000");
    assertThat(app.reads()).containsExactly("a-v000-v000");
    assertThat(app.bindings()).isEqualTo("configmap/a-v000=v000");
  }

  @Test
  void secretsAndConfigMapsOfOneNameAreApart() {
    config("a");
    cluster.write(secret("app-config"), Map.of("FOO", "a"));
    cluster.write(secret("app-config"), Map.of("FOO", "b"));
    app.applySecret("app-config");
    assertThat(app.bindings()).isEqualTo("secret/app-config=v001");
  }

  @Test
  void aDryRunWritesNothingAndPredictsTheSame() {
    cluster.put(CONFIG, object(CONFIG, Map.of("FOO", "a")));
    ObjectNode predicted = app.dryRun("1", "app-config");
    assertThat(cluster.names()).containsExactly("app-config");
    app.apply("1", "app-config");
    assertThat(app.persisted()).isEqualTo(predicted);
  }

  @Test
  void aKeyThatTheVersionLacksIsTold() {
    config("a");
    assertThat(app.applyKey("app-config", "BAR").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: has no key BAR; pods won't start without it");
  }

  @Test
  void aKeyThatIsAskedForLaterOfTheBoundVersionIsToldToo() {
    config("a");
    app.apply("1", "app-config");
    assertThat(app.applyKey("app-config-v000", "BAR").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config-v000: has no key BAR; pods won't start without it");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aKeyThatARestartTakesAwayIsToldByTheHeadsName() {
    config("a");
    app.applyKey("app-config", "FOO");
    cluster.write(CONFIG, Map.of("BAR", "b"));
    assertThat(app.restart("t").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: has no key FOO; pods won't start without it");
  }

  @Test
  void controlledWorkloadsAreLeftAlone() {
    config("a");
    app.ownedByAController();
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config");
  }

  @Test
  void whatAnnotationsTheRequestBringsIsNotBelieved() {
    config("a");
    app.annotate(Annotations.HELD, "configmap/app-config=v000");
    app.annotate(Annotations.WAITING, "configmap/x");
    app.apply("1", "app-config");
    assertThat(app.held()).isEmpty();
    assertThat(app.annotation(Annotations.WAITING)).isEmpty();
  }

  @Test
  void aPinBesideABoundReferenceIsAPinAfterAnUndoToo() {
    config("a");
    config("b");
    config("a");
    app.apply("1", "app-config", "app-config-v001");
    assertThat(app.reads()).containsExactly("app-config-v000", "app-config-v001");
    config("b");
    app.apply("2", "app-config");
    app.undo();
    assertThat(app.reads()).containsExactly("app-config-v000", "app-config-v001");
  }

  @Test
  void theNameOfACurrentVersionMeansItBeforeItIsMade() {
    config("a");
    assertThat(
            app.dryRun("1", "app-config-v000").at("/metadata/annotations").has(Annotations.WAITING))
        .isFalse();
    assertThat(app.apply("1", "app-config-v000", "app-config-v001").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config-v001: does not exist; pods won't start until it does");
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
  }

  @Test
  void aJobThatIsAppliedAgainStaysAsItIs() {
    config("a");
    FakeWorkload job = FakeWorkload.job(cluster);
    job.apply("1", "app-config");
    ObjectNode before = job.persisted();
    config("b");
    job.apply("1", "app-config");
    assertThat(job.persisted()).isEqualTo(before);
  }

  @Test
  void aJobThatIsAppliedAgainStaysAsItIsThoughItsHeadIsLeftOutNow() {
    config("a");
    FakeWorkload job = FakeWorkload.job(cluster);
    job.apply("1", "app-config");
    ObjectNode before = job.persisted();
    ObjectNode leaving = (ObjectNode) cluster.find(CONFIG).orElseThrow();
    leaving.withObject("/metadata/annotations").put(Annotations.VERSIONED, "false");
    cluster.admit(CONFIG, leaving, false);
    job.apply("1", "app-config");
    assertThat(job.persisted()).isEqualTo(before);
  }

  @Test
  void aRestartMovesTheOthersTooWhereOneHeadIsToBeReBound() {
    config("a");
    cluster.write(configMap("other"), Map.of("FOO", "a"));
    app.apply("1", "app-config", "other");
    config("b");
    app.restartAndRebind("t1", "configmap/other");
    assertThat(app.reads()).containsExactly("app-config-v001", "other-v000");
  }

  @Test
  void anUndoTakesTheMarkOffWhatItBringsBack() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    mark();
    app.undo();
    assertThat(isMarked()).isFalse();
  }

  @Test
  void aPinTakesTheMarkOff() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    mark();
    app.setNames("app-config-v000");
    assertThat(isMarked()).isFalse();
  }

  @Test
  void aWorkloadThatIsLeftOutTakesTheMarkOffWhatItNames() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.annotate(Annotations.VERSIONED, "false");
    app.apply("2", "app-config");
    mark();
    app.apply("3", "app-config-v000");
    assertThat(isMarked()).isFalse();
    assertThat(app.reads()).containsExactly("app-config-v000");
  }

  @Test
  void aDryRunLeavesTheMark() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
    mark();
    app.dryRun("3", "app-config-v000");
    assertThat(isMarked()).isTrue();
  }

  private static final ObjectKey FIRST = configMap("app-config-v000");

  private void mark() {
    ObjectNode version = (ObjectNode) cluster.find(FIRST).orElseThrow();
    version
        .withObject("/metadata/annotations")
        .put(Annotations.UNUSED_SINCE, "2026-01-01T00:00:00Z");
    cluster.put(FIRST, version);
  }

  private boolean isMarked() {
    return cluster.find(FIRST).orElseThrow().toString().contains(Annotations.UNUSED_SINCE);
  }
}
