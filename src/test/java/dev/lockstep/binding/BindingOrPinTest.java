package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The name of a version is what Lockstep wrote, or what somebody wants. */
class BindingOrPinTest {
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void config(String value) {
    cluster.write(configMap("app-config"), Map.of("FOO", value));
  }

  private void releasedTwice() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.apply("2", "app-config");
  }

  @Test
  void aNameInAManifestIsAPinThoughARevisionWasBoundToIt() {
    releasedTwice();
    app.apply("3", "app-config-v000");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEmpty();
    app.restart("t1");
    app.setImage("4");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void aNameThatIsTypedIsAPin() {
    releasedTwice();
    app.setNames("app-config-v000");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEmpty();
  }

  @Test
  void whatAManifestNamesIsAPinThoughItIsBoundToJustThat() {
    config("a");
    app.apply("1", "app-config");
    app.annotate(LAST_APPLIED, "{\"name\":\"app-config-v000\"}");
    app.apply("2", "app-config-v000");
    config("b");
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v000");
    assertThat(app.bindings()).isEmpty();
  }

  /** Who replaces an object sends all of it: its own note tells bindings from pins. */
  @Test
  void whatReplacesTheObjectPinsWhatItDoesNotNote() {
    config("a");
    cluster.write(configMap("other"), Map.of("FOO", "a"));
    app.apply("1", "app-config", "other");
    config("b");
    app.change(
        "kubectl-replace",
        request -> {
          FakeWorkload.name(request, "app-config-v000", "other");
          FakeWorkload.image(request, "2");
          request.at("/spec/template/metadata").withObject("/annotations").removeAll();
        });
    assertThat(app.reads()).containsExactly("app-config-v000", "other-v000");
    assertThat(app.bindings()).isEqualTo("configmap/other=v000");
    app.restart("t1");
    assertThat(app.reads()).containsExactly("app-config-v000", "other-v000");
  }

  @Test
  void whatIsReadAndReplacedStaysBound() {
    config("a");
    app.apply("1", "app-config");
    config("b");
    app.change("kubectl-replace", request -> FakeWorkload.image(request, "2"));
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void aManifestThatWasExportedPinsNothing() {
    config("a");
    app.apply("1", "app-config");
    ObjectNode exported = app.persisted();
    config("b");
    app.apply("2", "app-config");
    app.change(
        "kubectl-client-side-apply",
        request -> {
          request.set("spec", exported.get("spec").deepCopy());
          request.withObject("/metadata/annotations").put(LAST_APPLIED, exported.toString());
        });
    assertThat(app.image()).isEqualTo("1");
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.held()).isEmpty();
  }

  @Test
  void aNameThatAProgramTakesFromARevisionIsABinding() {
    releasedTwice();
    app.change(
        "",
        request -> {
          request.set("spec", app.persisted().get("spec").deepCopy());
          ((ObjectNode) request.at("/spec/template/spec/containers/0/envFrom/0/configMapRef"))
              .put("name", "app-config-v000");
          FakeWorkload.image(request, "3");
        });
    assertThat(app.reads()).containsExactly("app-config-v001");
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v001");
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
    assertThat(app.bindings()).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void anExportedObjectIsBoundInAnotherNamespaceAsItsHeadIsThere() {
    config("a");
    app.apply("1", "app-config");
    FakeCluster other = new FakeCluster();
    other.write(configMap("app-config"), Map.of("FOO", "elsewhere"));
    other.write(configMap("app-config"), Map.of("FOO", "again"));
    other.delete(configMap("app-config-v000"));
    FakeWorkload there = new FakeWorkload(other);
    there.createAgain(app.persisted());
    assertThat(there.reads()).containsExactly("app-config-v001");
  }

  @Test
  void whatLeavesVersioningLosesItsNoteOnceItIsBare() {
    config("a");
    app.apply("1", "app-config");
    app.annotate(Annotations.VERSIONED, "false");
    app.apply("2", "app-config");
    assertThat(app.reads()).containsExactly("app-config");
    assertThat(app.bindings()).isEmpty();
  }
}
