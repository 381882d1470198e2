package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Retention's mark goes before anybody is told that a version may be used. */
class MarkedVersionTest {
  private static final Map<String, String> A = Map.of("FOO", "a");
  private static final Map<String, String> B = Map.of("FOO", "b");
  private static final Map<String, String> C = Map.of("FOO", "c");

  private final ObjectKey head = configMap("app-config");
  private final ObjectKey first = configMap("app-config-v000");
  private final ObjectKey second = configMap("app-config-v001");
  private final FakeCluster cluster = new FakeCluster();

  @BeforeEach
  void twoVersionsOfWhichTheFirstIsMarked() {
    cluster.write(head, A);
    cluster.write(head, B);
    current(head, false);
    mark(first);
    cluster.calls.clear();
  }

  private Resolution current(ObjectKey id, boolean dryRun) {
    return cluster.versions.resolve(id, FakeCluster.SHOP, dryRun);
  }

  private void mark(ObjectKey version) {
    ObjectNode object = (ObjectNode) cluster.find(version).orElseThrow();
    object
        .withObject("/metadata/annotations")
        .put(Annotations.UNUSED_SINCE, "2026-01-01T00:00:00Z");
    cluster.put(version, object);
  }

  private boolean isMarked(ObjectKey version) {
    return KubernetesJson.annotation(cluster.find(version).orElseThrow(), Annotations.UNUSED_SINCE)
        .isPresent();
  }

  private static String version(JsonNode object) {
    return KubernetesJson.label(object, Labels.VERSION).orElse("none");
  }

  @Test
  void whoNamesAVersionTakesItsMarkOff() {
    assertThat(current(first, false)).isInstanceOf(Resolution.OfVersion.class);
    assertThat(isMarked(first)).isFalse();
  }

  @Test
  void whoNamesAVersionWithoutAskingWhatItMeansTakesItsMarkOff() {
    cluster.versions.keep(first, false);
    assertThat(isMarked(first)).isFalse();
  }

  @Test
  void whoBindsToTheCurrentVersionTakesItsMarkOff() {
    mark(second);
    assertThat(current(head, false)).isInstanceOf(Resolution.OfHead.class);
    assertThat(isMarked(second)).isFalse();
    assertThat(isMarked(first)).isTrue();
  }

  @Test
  void contentThatComesBackTakesTheMarkOffItsVersion() {
    assertThat(version(cluster.write(head, A))).isEqualTo("v000");
    assertThat(isMarked(first)).isFalse();
  }

  @Test
  void aHeadThatIsRestoredTakesTheMarkOffItsVersion() {
    ObjectNode backup = (ObjectNode) cluster.find(head).orElseThrow();
    cluster.delete(head);
    mark(second);
    assertThat(version(cluster.admit(head, backup, false))).isEqualTo("v001");
    assertThat(isMarked(second)).isFalse();
  }

  @Test
  void aHeadThatIsCreatedAgainTakesTheMarkOffTheVersionOfItsContent() {
    cluster.delete(head);
    assertThat(version(cluster.write(head, A))).isEqualTo("v000");
    assertThat(isMarked(first)).isFalse();
  }

  @Test
  void aDryRunLeavesMarks() {
    mark(second);
    current(first, true);
    current(head, true);
    cluster.versions.keep(first, true);
    cluster.admit(head, FakeCluster.object(head, A), true);

    assertThat(isMarked(first)).isTrue();
    assertThat(isMarked(second)).isTrue();
    assertThat(cluster.calls).noneMatch(call -> call.startsWith("unmark"));
  }

  @Test
  void whatHasNoMarkIsNotWritten() {
    current(second, false);
    current(head, false);
    assertThat(cluster.calls).noneMatch(call -> call.startsWith("unmark"));
  }

  @Test
  void aVersionThatIsDeletedWhileItIsMetIsNotThere() {
    cluster.beforeUnmark = cluster::delete;
    assertThat(current(first, false)).isInstanceOf(Resolution.Nothing.class);
  }

  @Test
  void aCurrentVersionThatIsDeletedWhileItIsMetIsMadeAgain() {
    mark(second);
    cluster.beforeUnmark = cluster::delete;
    assertThat(current(head, false)).isInstanceOf(Resolution.OfHead.class);
    assertThat(cluster.find(second).orElseThrow().at("/data/FOO").asText()).isEqualTo("b");
    assertThat(isMarked(second)).isFalse();
  }

  @Test
  void contentWhoseVersionIsDeletedMeanwhileGetsANewNumber() {
    cluster.beforeUnmark = cluster::delete;
    assertThat(version(cluster.write(head, A))).isEqualTo("v002");
  }

  @Test
  void thePredecessorIsKeptThoughItIsDeletedWhileItIsMet() {
    mark(second);
    cluster.beforeUnmark = cluster::delete;
    assertThat(version(cluster.write(head, C))).isEqualTo("v002");
    assertThat(cluster.find(second).orElseThrow().at("/data/FOO").asText()).isEqualTo("b");
  }

  @Test
  void theNumberOfADeletedVersionIsNotGivenAgain() {
    cluster.delete(second);
    assertThat(version(cluster.write(head, C))).isEqualTo("v002");
    cluster.delete(first);
    assertThat(version(cluster.write(head, A))).isEqualTo("v003");
  }

  @Test
  void countingGoesOnFromTheLastVersionOfADeletedHead() {
    cluster.delete(head);
    cluster.delete(first);
    assertThat(version(cluster.write(head, A))).isEqualTo("v002");
  }
}
