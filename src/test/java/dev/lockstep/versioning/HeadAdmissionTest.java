package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Content;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadAdmissionTest {
  private static final Map<String, String> A = Map.of("FOO", "a");
  private static final Map<String, String> B = Map.of("FOO", "b");
  private static final Map<String, String> C = Map.of("FOO", "c");

  private final ObjectKey head = configMap("app-config");
  private final FakeCluster cluster = new FakeCluster();

  private static String stamp(JsonNode object) {
    return KubernetesJson.label(object, Labels.VERSION).orElse("none")
        + " of "
        + KubernetesJson.annotation(object, Annotations.NEWEST).orElse("none");
  }

  /** What the reconciler does after each write. */
  private void reconcile() {
    cluster.versions.resolve(head, FakeCluster.SHOP, false);
  }

  @Test
  void theFirstContentIsV000() {
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v000 of v000");
  }

  @Test
  void newContentIsTheNextNumber() {
    cluster.write(head, A);
    assertThat(stamp(cluster.write(head, B))).isEqualTo("v001 of v001");
    assertThat(cluster.names()).contains("app-config-v000").doesNotContain("app-config-v001");
  }

  @Test
  void oldContentHasItsOldNumberAgain() {
    cluster.write(head, A);
    cluster.write(head, B);
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v000 of v001");
    assertThat(stamp(cluster.write(head, C))).isEqualTo("v002 of v002");
  }

  @Test
  void theVersionsOfAHeadAreNotListedForTheNextNumber() {
    cluster.write(head, A);
    cluster.calls.clear();
    cluster.write(head, B);
    cluster.write(head, C);
    assertThat(cluster.calls).contains("try app-config-v002").doesNotContain("list app-config");
  }

  @Test
  void unchangedContentKeepsTheStampWithoutACall() {
    cluster.write(head, A);
    cluster.calls.clear();
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v000 of v000");
    assertThat(cluster.calls).isEmpty();
  }

  @Test
  void aStampThatIsDroppedOrForgedIsPutBack() {
    cluster.write(head, A);
    ObjectNode dropped = object(head, A);
    assertThat(stamp(cluster.admit(head, dropped, false))).isEqualTo("v000 of v000");
    ObjectNode forged = (ObjectNode) cluster.find(head).orElseThrow();
    forged.withObject("/metadata/labels").put(Labels.VERSION, "v777").put(Labels.ROLE, "version");
    assertThat(stamp(cluster.admit(head, forged, false))).isEqualTo("v000 of v000");
  }

  @Test
  void theFirstUpdateOfAHeadThatWasNeverStampedKeepsItsOldContent() {
    cluster.put(head, object(head, A));
    assertThat(stamp(cluster.write(head, B))).isEqualTo("v001 of v001");
    Version kept = versionAt("app-config-v000");
    assertThat(kept.content().sameAs(Content.of(HeadKind.CONFIG_MAP, object(head, A)))).isTrue();
  }

  @Test
  void contentWrittenWhileNobodyWatchedIsNeverClonedUnderTheOldNumber() {
    ObjectNode written = cluster.write(head, A).deepCopy();
    reconcile();
    written.withObject("/data").put("FOO", "b");
    cluster.put(head, written);
    assertThat(stamp(cluster.write(head, C))).isEqualTo("v002 of v002");
    assertThat(contentOf("app-config-v000")).isEqualTo("a");
    assertThat(contentOf("app-config-v001")).isEqualTo("b");
  }

  @Test
  void numbersGoOnWhenAHeadIsDeletedAndCreatedAgain() {
    cluster.write(head, A);
    cluster.write(head, B);
    reconcile();
    cluster.delete(head);
    assertThat(stamp(cluster.write(head, C))).isEqualTo("v002 of v002");
    cluster.delete(head);
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v000 of v001");
  }

  @Test
  void aStrangersNameIsSteppedOver() {
    cluster.put(configMap("app-config-v000"), object(configMap("app-config-v000"), C));
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v001 of v001");
  }

  @Test
  void aStrangerThatTookTheNameAfterTheStampGetsTheHeadANewNumber() {
    cluster.write(head, A);
    cluster.put(configMap("app-config-v000"), object(configMap("app-config-v000"), C));
    reconcile();
    assertThat(stamp(cluster.find(head).orElseThrow())).isEqualTo("v001 of v001");
    assertThat(contentOf("app-config-v001")).isEqualTo("a");
    assertThat(contentOf("app-config-v000")).isEqualTo("c");
  }

  @Test
  void aForgedRequestForANewStampGivesNoNewNumber() {
    ObjectNode forged = cluster.write(head, A).deepCopy();
    reconcile();
    forged.withObject("/metadata/annotations").put(Annotations.RESTAMP, "v000");
    JsonNode admitted = cluster.admit(head, forged, false);
    assertThat(stamp(admitted)).isEqualTo("v000 of v000");
    assertThat(KubernetesJson.annotation(admitted, Annotations.RESTAMP)).isEmpty();
  }

  @Test
  void thePredecessorsContentSurvivesAStranger() {
    cluster.write(head, A);
    cluster.put(configMap("app-config-v000"), object(configMap("app-config-v000"), C));
    assertThat(stamp(cluster.write(head, B))).isEqualTo("v002 of v002");
    assertThat(contentOf("app-config-v001")).isEqualTo("a");
  }

  @Test
  void aDryRunPredictsTheStampAndWritesNothing() {
    cluster.put(head, object(head, A));
    ObjectNode change = object(head, B);
    JsonNode predicted = cluster.admit(head, change, true);
    assertThat(cluster.names()).containsExactly("app-config");
    assertThat(cluster.calls).noneMatch(call -> call.startsWith("create"));
    assertThat(cluster.admit(head, change, false)).isEqualTo(predicted);
  }

  @Test
  void aRefusedVersionIsToldWhenTheHeadIsWritten() {
    cluster.write(head, A);
    cluster.refused = id -> id.name().endsWith("-v001");
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> cluster.write(head, B))
        .withMessageStartingWith(
            "lockstep: cannot make version v001 for ConfigMap shop/app-config: exceeded quota.")
        .satisfies(denial -> assertThat(denial.code()).isEqualTo(403));
  }

  @Test
  void aNameWithoutRoomForANumberIsDenied() {
    ObjectKey longest = configMap("a".repeat(248));
    assertThat(stamp(cluster.write(longest, A))).isEqualTo("v000 of v000");
    ObjectKey tooLong = configMap("a".repeat(249));
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> cluster.write(tooLong, A))
        .withMessageContaining("its name would have 254 characters")
        .satisfies(denial -> assertThat(denial.code()).isEqualTo(422));
  }

  @Test
  void aRestoredHeadKeepsItsNumbers() {
    cluster.write(head, A);
    ObjectNode backup = cluster.write(head, B).deepCopy();
    cluster.delete(head);
    cluster.delete(configMap("app-config-v000"));
    assertThat(stamp(cluster.admit(head, backup, false))).isEqualTo("v001 of v001");
  }

  @Test
  void aRestoredStampWhoseNumberIsAnothersIsNotKept() {
    ObjectNode backup = cluster.write(head, A).deepCopy();
    cluster.delete(head);
    cluster.write(head, B);
    reconcile();
    cluster.delete(head);
    assertThat(stamp(cluster.admit(head, backup, false))).isEqualTo("v001 of v001");
  }

  @Test
  void anUnknownSchemeOfHashKeepsTheNumber() {
    cluster.write(head, A);
    reconcile();
    ObjectNode older = (ObjectNode) cluster.find(head).orElseThrow();
    older.withObject("/metadata/labels").put(Labels.CONTENT, "h0-00000000000000000000000000000000");
    cluster.put(head, older);
    assertThat(stamp(cluster.write(head, A))).isEqualTo("v000 of v000");
    assertThat(KubernetesJson.label(cluster.find(head).orElseThrow(), Labels.CONTENT).orElseThrow())
        .startsWith("h1-");
  }

  @Test
  void aHeadThatIsLeftOutLosesItsStampAndKeepsItsVersions() {
    ObjectNode leaving = cluster.write(head, A).deepCopy();
    reconcile();
    leaving.withObject("/metadata/annotations").put(Annotations.VERSIONED, "false");
    JsonNode left = cluster.admit(head, leaving, false);
    assertThat(stamp(left)).isEqualTo("none of none");
    assertThat(KubernetesJson.label(left, Labels.ROLE)).isEmpty();
    assertThat(cluster.names()).containsExactly("app-config", "app-config-v000");
  }

  @Test
  void aHeadThatLeavesWithNewContentLeavesItsOldContentBehind() {
    cluster.write(head, A);
    ObjectNode leaving = cluster.write(head, B).deepCopy();
    leaving.withObject("/metadata/annotations").put(Annotations.VERSIONED, "false");
    leaving.withObject("/data").put("FOO", "c");
    cluster.admit(head, leaving, false);
    assertThat(contentOf("app-config-v001")).isEqualTo("b");
  }

  @Test
  void aNewNumberBecauseOfAStrangerStaysWhenTheSameRequestIsAdmittedAgain() {
    ObjectNode request = cluster.write(head, A).deepCopy();
    cluster.put(configMap("app-config-v000"), object(configMap("app-config-v000"), C));
    request.withObject("/metadata/annotations").put(Annotations.RESTAMP, "v000");
    ObjectNode admitted = cluster.admit(head, request, true);
    assertThat(stamp(admitted)).isEqualTo("v001 of v001");
    assertThat(cluster.admit(head, admitted, true)).isEqualTo(admitted);
  }

  @Test
  void aDryRunIsToldOfAQuotaThatRefusesThePredecessor() {
    cluster.write(head, A);
    cluster.write(head, B);
    cluster.refused = id -> true;
    ObjectNode old = (ObjectNode) cluster.find(head).orElseThrow();
    ObjectNode back = old.deepCopy();
    back.withObject("/data").put("FOO", "a");
    for (boolean dryRun : new boolean[] {true, false}) {
      assertThatExceptionOfType(AdmissionDeniedException.class)
          .isThrownBy(() -> cluster.admit(head, back, dryRun))
          .withMessageContaining("keep the version before this one");
    }
  }

  @Test
  void aStampedHeadThatBecomesImmutableStaysOne() {
    ObjectNode sealed = cluster.write(head, A).deepCopy().put("immutable", true);
    assertThat(stamp(cluster.admit(head, sealed, false))).isEqualTo("v000 of v000");
  }

  @Test
  void whoChangedItIsLeftOutWhereAnnotationsHaveNoRoom() {
    ObjectNode full = object(head, A);
    full.withObject("/metadata/annotations").put("big", "x".repeat(256 * 1024 - 70));
    JsonNode admitted = cluster.admit(head, full, false);
    assertThat(stamp(admitted)).isEqualTo("v000 of v000");
    assertThat(KubernetesJson.annotation(admitted, Annotations.CHANGED_BY)).isEmpty();
  }

  @Test
  void aSecretAndAConfigMapOfOneNameCountApart() {
    cluster.write(head, A);
    cluster.write(head, B);
    assertThat(stamp(cluster.write(secret("app-config"), A))).isEqualTo("v000 of v000");
  }

  private Version versionAt(String name) {
    ObjectKey id = configMap(name);
    return Version.of(id, cluster.find(id).orElseThrow(), cluster.hasher).orElseThrow();
  }

  private String contentOf(String name) {
    return Optional.of(cluster.find(configMap(name)).orElseThrow().at("/data/FOO").asText())
        .orElseThrow();
  }
}
