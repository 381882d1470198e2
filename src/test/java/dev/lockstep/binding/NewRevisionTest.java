package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rule 1: a new revision gets the current configuration, however it was made. */
class NewRevisionTest {
  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String name, String value) {
    cluster.write(configMap(name), Map.of("FOO", value));
  }

  private void releasedAndChanged() {
    config("app-config", "a");
    app.apply("1", "app-config");
    config("app-config", "b");
  }

  @Test
  void anApplyGetsIt() {
    releasedAndChanged();
    app.apply("1", "app-config");
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  @Test
  void aRestartGetsIt() {
    releasedAndChanged();
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void anImageThatIsSetGetsIt() {
    releasedAndChanged();
    app.setImage("2");
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  @ParameterizedTest
  @CsvSource({
    "date, kubectl-patch",
    "cattle.io/timestamp, ''",
    "vso.secrets.hashicorp.com/restartedAt, ''",
    "reloader.stakater.com/last-reloaded-from, Reloader",
    "kubectl.kubernetes.io/restartedAt, ''"
  })
  void anAnnotationThatStartsPodsAnewGetsIt(String annotation, String manager) {
    releasedAndChanged();
    app.change(manager, request -> FakeWorkload.annotateTemplate(request, annotation, "t1"));
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  @ParameterizedTest
  @CsvSource({"kubectl-set", "kubectl-edit", "kubectl-patch", "Reloader", "''"})
  void aVariableThatIsSetGetsIt(String manager) {
    releasedAndChanged();
    app.change(manager, variable("RESTART_"));
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  static Consumer<ObjectNode> variable(String name) {
    return request ->
        ((ObjectNode) request.at("/spec/template/spec/containers/0"))
            .withArray("/env")
            .addObject()
            .put("name", name)
            .put("value", "1");
  }

  @Test
  void whatAnotherWebhookAddsMovesAlongWithEverythingThatIsThere() {
    config("sidecar", "a");
    releasedAndChanged();
    app.change("", NewRevisionTest::injected);
    assertThat(app.reads()).containsExactly("app-config-v001", "sidecar-v000");
    config("sidecar", "b");
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v001", "sidecar-v001");
  }

  private static void injected(ObjectNode request) {
    ObjectNode sidecar =
        request.withObject("/spec/template/spec").withArray("/containers").addObject();
    sidecar.put("name", "sidecar").put("image", "s");
    sidecar.putArray("envFrom").addObject().putObject("configMapRef").put("name", "sidecar");
  }

  @Test
  void allHeadsMoveAlsoThoseThatTheRequestDidNotName() {
    config("other", "a");
    config("app-config", "a");
    app.apply("1", "app-config", "other");
    config("app-config", "b");
    config("other", "b");
    app.change(
        "kubectl-edit",
        request -> {
          FakeWorkload.image(request, "2");
          FakeWorkload.name(request, "app-config", "other-v000");
        });
    assertThat(app.reads()).containsExactly("app-config-v001", "other-v001");
  }

  @Test
  void aBareNameAloneMovesItsOwnHead() {
    config("other", "a");
    config("app-config", "a");
    app.apply("1", "app-config", "other");
    config("app-config", "b");
    config("other", "b");
    app.setNames("app-config", "other-v000");
    assertThat(app.reads()).containsExactly("app-config-v001", "other-v000");
  }

  @Test
  void aToggledVariableIsANewRevisionThoughItsTemplateWasThereBefore() {
    config("app-config", "a");
    app.apply("1", "app-config");
    app.change("kubectl-set", variable("ON"));
    config("app-config", "b");
    app.change(
        "kubectl-set",
        request -> ((ObjectNode) request.at("/spec/template/spec/containers/0")).remove("env"));
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void anImageThatIsSetBackToAnOlderOneIsANewRevision() {
    config("app-config", "a");
    app.apply("1", "app-config");
    config("app-config", "b");
    app.apply("2", "app-config");
    app.setImage("1");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void restartRestartChangeRestartIsNeverAReturn() {
    config("app-config", "a");
    app.apply("1", "app-config");
    app.restart("t1");
    app.restart("t2");
    config("app-config", "b");
    app.restart("t3");
    assertThat(app.reads()).containsExactly("app-config-v001");
  }

  @Test
  void aTemplateThatDiffersInOurNoteAloneDoesNotMove() {
    releasedAndChanged();
    app.change(
        "kubectl-patch",
        request ->
            FakeWorkload.annotateTemplate(
                request, Annotations.BINDINGS, "configmap/app-config=v7"));
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatIsLeftOutByNowIsNamedBareByANewRevision() {
    releasedAndChanged();
    ObjectNode leaving = (ObjectNode) cluster.find(configMap("app-config")).orElseThrow();
    leaving.withObject("/metadata/annotations").put(Annotations.VERSIONED, "false");
    cluster.admit(configMap("app-config"), leaving, false);
    assertThat(app.restart("t1").warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: has no versions any more; it is not bound from now"
                + " on");
    assertThat(app.reads()).containsExactly("app-config");
    assertThat(app.bindings()).isEmpty();
  }

  @Test
  void aRestartOfWhatIsCurrentReadsNoRevisions() {
    config("app-config", "a");
    app.apply("1", "app-config");
    app.change("", request -> FakeWorkload.annotateTemplate(request, "date", "t1"));
    app.setImage("2");
    app.apply("3", "app-config");
    assertThat(app.lists).isZero();
  }

  @Test
  void anApplyReadsNoRevisionsThoughItIsBehind() {
    releasedAndChanged();
    app.apply("2", "app-config");
    assertThat(app.lists).isZero();
  }

  @Test
  void anOptionalNameThatCameMeanwhileStartsNothingAnew() {
    app.applyOptional("1", "extra");
    ObjectNode before = app.persisted();
    config("extra", "a");
    app.applyOptional("1", "extra");
    assertThat(app.persisted()).isEqualTo(before);
    app.setImage("2");
    assertThat(app.reads()).containsExactly("extra-v000");
  }

  @Test
  void anOptionalNameIsBoundWhenThatIsAskedFor() {
    app.applyOptional("1", "extra");
    config("extra", "a");
    app.rebind();
    assertThat(app.reads()).containsExactly("extra-v000");
  }

  @Test
  void whatHasNoUndoIsBoundToCurrentByWhateverChangesIt() {
    FakeWorkload set = FakeWorkload.of(cluster, "apps", "replicasets");
    config("app-config", "a");
    set.apply("1", "app-config");
    ObjectNode exported = set.persisted();
    config("app-config", "b");
    set.setImage("2");
    assertThat(set.reads()).containsExactly("app-config-v001");
    set.createAgain(exported);
    assertThat(set.reads()).containsExactly("app-config-v001");
    assertThat(set.held()).isEmpty();
  }

  /** A restore, or {@code kubectl delete --cascade=orphan}: its Deployment takes it in again. */
  @Test
  void aRevisionWithoutItsOwnerKeepsWhatItHas() {
    FakeWorkload set = FakeWorkload.of(cluster, "apps", "replicasets");
    config("app-config", "a");
    set.apply("1", "app-config");
    ObjectNode saved = set.persisted();
    saved.withObject("/spec/selector/matchLabels").put("pod-template-hash", "644cf76879");
    config("app-config", "b");
    set.createAgain(saved);
    assertThat(set.reads()).containsExactly("app-config-v000");
    assertThat(set.bindings()).isEqualTo("configmap/app-config=v000");
  }
}
