package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 3: a rollback that brought back older configuration holds the whole workload. */
class HeldTest {
  private static final String HELD = "configmap/a=v000";

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String name, String value) {
    cluster.write(configMap(name), Map.of("FOO", value));
  }

  /** Held for the sake of {@code a}; {@code b} was current then, and has changed since. */
  @BeforeEach
  void rolledBack() {
    config("a", "1");
    config("b", "1");
    app.apply("1", "a", "b");
    config("a", "2");
    app.apply("2", "a", "b");
    app.undo();
    assertThat(app.held()).isEqualTo(HELD);
    config("b", "2");
  }

  private void staysHeld() {
    assertThat(app.reads()).containsExactly("a-v000", "b-v000");
    assertThat(app.held()).isEqualTo("configmap/a=v000,configmap/b=v000");
  }

  private void isCurrent() {
    assertThat(app.reads()).containsExactly("a-v001", "b-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void aRestartMovesNoneOfItsHeadsAndSaysSo() {
    assertThat(app.restart("t1").warnings())
        .containsExactly(
            "lockstep: ConfigMap a: stays at v000 after an undo; apply, or annotate"
                + " lockstep.dev/rebind= to move it",
            "lockstep: ConfigMap b: stays at v000 after an undo; apply, or annotate"
                + " lockstep.dev/rebind= to move it");
    staysHeld();
  }

  @Test
  void aVariableThatIsSetMovesNone() {
    app.change("kubectl-set", NewRevisionTest.variable("X"));
    staysHeld();
  }

  @Test
  void bareNamesOfAProgramMoveNone() {
    app.sync("a", "b");
    assertThat(app.reads()).containsExactly("a-v000", "b-v000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"auto:configmap/b", "window:configmap/a,configmap/b", "arrived:configmap/b"})
  void whatLockstepAsksForByItselfMovesNone(String rebind) {
    app.rebind(rebind);
    assertThat(app.reads()).containsExactly("a-v000", "b-v000");
    assertThat(app.held()).startsWith(HELD);
  }

  @Test
  void anApplyEndsIt() {
    app.apply("1", "a", "b");
    isCurrent();
  }

  @Test
  void anApplyThatNamesOtherHeadsAloneDoesNotEndIt() {
    config("c", "1");
    app.change("kubectl-client-side-apply", HeldTest::withSidecar);
    assertThat(app.reads()).containsExactly("a-v000", "b-v000", "c-v000");
    assertThat(app.held()).isEqualTo("configmap/a=v000,configmap/b=v000");
  }

  private static void withSidecar(ObjectNode request) {
    ObjectNode sidecar =
        request.withObject("/spec/template/spec").withArray("/containers").addObject();
    sidecar.put("name", "sidecar").put("image", "s");
    sidecar.putArray("envFrom").addObject().putObject("configMapRef").put("name", "c");
  }

  @Test
  void anotherImageIsARelease() {
    app.setImage("3");
    isCurrent();
  }

  @Test
  void aRebindEndsIt() {
    app.rebind();
    isCurrent();
    assertThat(app.persisted().at("/metadata/annotations").has(Annotations.REBIND)).isFalse();
  }

  @Test
  void aRebindOfOneHeadMovesThatOne() {
    app.rebind("configmap/b");
    assertThat(app.reads()).containsExactly("a-v000", "b-v001");
    assertThat(app.held()).isEqualTo(HELD);
    app.rebind("configmap/a");
    isCurrent();
  }

  @Test
  void itEndsWhenAllIsCurrentAgain() {
    config("a", "1");
    config("b", "1");
    app.restart("t1");
    assertThat(app.held()).isEmpty();
    config("a", "3");
    app.restart("t2");
    assertThat(app.reads()).containsExactly("a-v002", "b-v000");
  }

  @Test
  void aHeadThatAlwaysFollowsDoesSo() {
    ObjectNode head = (ObjectNode) cluster.find(configMap("b")).orElseThrow();
    head.withObject("/metadata/annotations").put(Annotations.ROLLBACK, "current");
    cluster.put(configMap("b"), head);
    app.restart("t1");
    assertThat(app.reads()).containsExactly("a-v000", "b-v001");
    assertThat(app.held()).isEqualTo(HELD);
  }

  @Test
  void whatARequestSaysOfItIsNotBelieved() {
    app.change(
        "kubectl-edit",
        request -> {
          request.withObject("/metadata/annotations").remove(Annotations.HELD);
          FakeWorkload.annotateTemplate(request, "note", "x");
        });
    staysHeld();
  }

  @Test
  void whatIsMadeAgainWithOlderConfigurationIsHeld() {
    assertThat(app.createAgain(app.persisted()).warnings())
        .containsExactly(
            "lockstep: Deployment my-app: names older config, and is held; apply, or annotate"
                + " lockstep.dev/rebind= to go on");
    staysHeld();
    app.restart("t1");
    staysHeld();
  }

  @Test
  void whatIsMadeWhereItsVersionsAreNotIsBoundToCurrent() {
    cluster.delete(configMap("a-v000"));
    app.createAgain(app.persisted());
    assertThat(app.reads()).containsExactly("a-v001", "b-v000");
    assertThat(app.held()).isEqualTo("configmap/b=v000");
  }
}
