package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where Secrets get no versions. */
class KindsLeftAloneTest {
  private static final ManagedNamespace NO_RIGHTS =
      new ManagedNamespace("shop", Map.of(), Set.of(HeadKind.CONFIG_MAP));
  private static final ManagedNamespace NOT_WANTED =
      new ManagedNamespace("shop", Map.of(Annotations.KINDS, "config-maps"));
  private static final ObjectKey LOGIN = secret("login");
  private static final ObjectKey LOGIN_V000 = secret("login-v000");

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private void login(String password) {
    cluster.write(LOGIN, Map.of("PASSWORD", password));
  }

  @Test
  void referencesToSecretsStayBareAndNobodyLooksAtThem() {
    cluster.namespace = NO_RIGHTS;
    cluster.put(LOGIN, object(LOGIN, Map.of("PASSWORD", "a")));

    WorkloadAdmissionResult outcome = app.applySecret("login");

    assertThat(app.reads()).containsExactly("login");
    assertThat(app.bindings()).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    assertThat(cluster.calls).isEmpty();
  }

  @Test
  void aSecretThatIsNotThereIsNotWaitedFor() {
    cluster.namespace = NO_RIGHTS;

    assertThat(app.applySecret("login").warnings()).isEmpty();

    assertThat(app.annotation(Annotations.WAITING)).isEmpty();
  }

  @Test
  void aSecretThatWasAHeadLosesItsStampWhenItIsWritten() {
    login("a");
    cluster.namespace = NOT_WANTED;

    login("b");

    assertThat(cluster.find(LOGIN).orElseThrow().at("/metadata/labels").isEmpty()).isTrue();
  }

  @Test
  void aNamespaceCanNotAskForWhatThereAreNoRightsTo() {
    cluster.namespace =
        new ManagedNamespace(
            "shop", Map.of(Annotations.KINDS, "secrets"), Set.of(HeadKind.CONFIG_MAP));

    app.applySecret("login");

    assertThat(cluster.calls).isEmpty();
  }

  @Test
  void anUndoBringsTheTemplateBackAsItWas() {
    login("a");
    app.applySecret("login");
    ObjectNode before = app.persisted();
    cluster.namespace = NOT_WANTED;
    app.applySecret("login");
    assertThat(app.reads()).containsExactly("login");
    assertThat(app.bindings()).isEmpty();

    app.undo();

    assertThat(app.persisted().at("/spec/template")).isEqualTo(before.at("/spec/template"));
  }

  @Test
  void aVersionThatAnUndoBringsBackIsKeptFromRetention() {
    login("a");
    app.applySecret("login");
    cluster.namespace = NOT_WANTED;
    app.applySecret("login");
    ObjectNode version = (ObjectNode) cluster.find(LOGIN_V000).orElseThrow();
    version
        .withObject("/metadata/annotations")
        .put(Annotations.UNUSED_SINCE, "2026-01-01T00:00:00Z");
    cluster.put(LOGIN_V000, version);

    app.undo();

    assertThat(cluster.find(LOGIN_V000).orElseThrow().at("/metadata/annotations").properties())
        .extracting(Map.Entry::getKey)
        .doesNotContain(Annotations.UNUSED_SINCE);
  }
}
