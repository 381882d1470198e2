package dev.lockstep.model;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopiedLabelsTest {
  private final ObjectKey head = configMap("app-config");
  private final ObjectNode source = object(head, Map.of("FOO", "a"));

  private ObjectNode version(CopiedLabels copied) {
    return Version.object(
        head,
        source,
        VersionNumber.FIRST,
        new ContentHash("h1", "0".repeat(32)),
        Optional.empty(),
        copied);
  }

  @Test
  void keysAndPrefixesAreTakenOver() {
    source
        .withObject("/metadata/labels")
        .put("velero.io/exclude-from-backup", "true")
        .put("example.com/team", "blue")
        .put("example.com/tier", "one")
        .put("other.example.com/tier", "two")
        .put("app.kubernetes.io/instance", "shop");
    CopiedLabels copied =
        CopiedLabels.of(List.of("velero.io/exclude-from-backup", "example.com/*"));
    assertThat(version(copied).at("/metadata/labels").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(
            "velero.io/exclude-from-backup",
            "example.com/team",
            "example.com/tier",
            Labels.ROLE,
            Labels.HEAD,
            Labels.VERSION,
            Labels.CONTENT);
    assertThat(version(CopiedLabels.NONE).at("/metadata/labels").size()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "app.kubernetes.io/instance",
        "app.kubernetes.io/*",
        "argocd.argoproj.io/instance",
        "argocd.argoproj.io/*",
        "kustomize.toolkit.fluxcd.io/name",
        "helm.toolkit.fluxcd.io/*",
        "lockstep.dev/role",
        "kapp.k14s.io/app"
      })
  void labelsByWhichToolsKnowWhatIsTheirsAreRefusedWithTheSettingsName(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CopiedLabels.of(List.of("team", key)))
        .withMessageStartingWith("lockstep.copied-labels: " + key + " can't be copied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "a b", "example.com/", "/x"})
  void whatIsNoKeyIsRefused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CopiedLabels.of(List.of(key)))
        .withMessageStartingWith("lockstep.copied-labels: ");
  }

  @Test
  void whyItWasChangedComesAlongWithinBounds() {
    source
        .withObject("/metadata/annotations")
        .put(Annotations.CHANGE_CAUSE, "x".repeat(300))
        .put("configmanagement.gke.io/token", "0c1d2e")
        .put("kubectl.kubernetes.io/last-applied-configuration", "{}");
    ObjectNode version = version(CopiedLabels.NONE);
    assertThat(KubernetesJson.annotation(version, Annotations.CHANGE_CAUSE))
        .contains("x".repeat(256));
    assertThat(KubernetesJson.annotation(version, Annotations.COMMIT)).contains("0c1d2e");
    assertThat(version.at("/metadata/annotations").size()).isEqualTo(3);
  }
}
