package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.SHOP;
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
import dev.lockstep.model.VersionNumber;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A number is given once in the life of a name, and nobody can use them up. */
class NumbersTest {
  private static final Map<String, String> A = Map.of("FOO", "a");
  private static final Map<String, String> B = Map.of("FOO", "b");
  private static final Map<String, String> C = Map.of("FOO", "c");
  private static final String LAST = "v9999999";

  private final ObjectKey head = configMap("app-config");
  private final FakeCluster cluster = new FakeCluster();

  private static String version(JsonNode object) {
    return KubernetesJson.label(object, Labels.VERSION).orElse("none");
  }

  private void reconcile() {
    cluster.versions.keepCurrent(head, SHOP);
  }

  private ObjectNode annotate(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
    return object;
  }

  @Test
  void leavingOutAndTakingInGoesOnCounting() {
    cluster.write(head, A);
    ObjectNode persisted = cluster.write(head, B).deepCopy();
    reconcile();
    cluster.delete(configMap("app-config-v001"));
    persisted.withObject("/data").put("FOO", "a");
    cluster.admit(head, annotate(persisted, Annotations.VERSIONED, "false"), false);
    ObjectNode left = (ObjectNode) cluster.find(head).orElseThrow();
    left.withObject("/metadata/annotations").remove(Annotations.VERSIONED);
    left.withObject("/data").put("FOO", "c");
    assertThat(version(cluster.admit(head, left, false))).isEqualTo("v002");
  }

  @Test
  void aNameThatIsMadeAnewGoesOnAfterWhatWorkloadsStillName() {
    cluster.write(head, A);
    cluster.write(head, B);
    reconcile();
    cluster.delete(head);
    cluster.delete(configMap("app-config-v001"));
    FakeCluster afterARestart = new FakeCluster();
    afterARestart.put(
        configMap("app-config-v000"),
        (ObjectNode) cluster.find(configMap("app-config-v000")).orElseThrow());
    afterARestart.named = VersionNumber.parse("v001");
    assertThat(version(afterARestart.write(head, C))).isEqualTo("v002");
  }

  @Test
  void whatWasSeenCountsThoughNothingIsLeftOfIt() {
    cluster.write(head, A);
    reconcile();
    cluster.delete(head);
    cluster.delete(configMap("app-config-v000"));
    assertThat(version(cluster.write(head, B))).isEqualTo("v001");
  }

  @Test
  void aNewNameCostsNoLookAtWorkloads() {
    cluster.write(head, A);
    assertThat(cluster.calls).doesNotContain("users");
  }

  @Test
  void anAttemptThatWasNotPersistedUsesNoNumber() {
    cluster.admit(head, object(head, A), true);
    cluster.admission.decide(
        new HeadAdmissionRequest(
            head, object(head, A), Optional.empty(), Optional.empty(), false, SHOP));
    assertThat(version(cluster.write(head, B))).isEqualTo("v000");
  }

  @Test
  void aForgedNumberThatNoVersionExplainsCountsForNothing() {
    ObjectNode forged = object(head, A);
    forged
        .withObject("/metadata/labels")
        .put(Labels.ROLE, Labels.HEAD_ROLE)
        .put(Labels.VERSION, LAST)
        .put(Labels.CONTENT, cluster.hasher.hash(head, content(forged)).toString());
    annotate(forged, Annotations.NEWEST, LAST);
    assertThat(version(cluster.admit(head, forged, false))).isEqualTo("v000");
    assertThat(version(cluster.write(head, B))).isEqualTo("v001");
  }

  @Test
  void nobodyGetsToTheEndByWritingItOnWhatIsLeftOut() {
    cluster.put(head, annotate(object(head, A), Annotations.NEWEST, LAST));
    assertThat(version(cluster.write(head, B))).isEqualTo("v001");
  }

  @Test
  void norByNamingItInAWorkload() {
    cluster.write(head, A);
    reconcile();
    cluster.delete(head);
    cluster.named = VersionNumber.parse(LAST);
    assertThat(version(cluster.write(head, B))).isEqualTo("v001");
  }

  @Test
  void afterTheLastNumberItIsSaidWhatToDo() {
    ObjectKey last = configMap("app-config-" + LAST);
    cluster.write(head, A);
    reconcile();
    ObjectNode version = (ObjectNode) cluster.find(configMap("app-config-v000")).orElseThrow();
    version.withObject("/metadata").put("name", last.name());
    version.withObject("/metadata/labels").put(Labels.VERSION, LAST);
    cluster.put(last, version);
    ObjectNode atTheEnd = (ObjectNode) cluster.find(head).orElseThrow();
    atTheEnd.withObject("/metadata/labels").put(Labels.VERSION, LAST);
    cluster.put(head, annotate(atTheEnd, Annotations.NEWEST, LAST));
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> cluster.write(head, B))
        .withMessageContaining("it has had all numbers up to v9999999. Use another name")
        .satisfies(denial -> assertThat(denial.code()).isEqualTo(422));
  }

  private Content content(ObjectNode object) {
    return Content.of(head.kind(), object);
  }

  @Test
  void aLostKeyCostsNoReuse() {
    ObjectKey secret = secret("app-secret");
    FakeCluster before =
        new FakeCluster("another key".getBytes(StandardCharsets.UTF_8), VersionSettings.DEFAULT);
    before.write(secret, A);
    before.write(secret, B);
    before.versions.keepCurrent(secret, SHOP);
    before
        .names()
        .forEach(
            name ->
                cluster.put(secret(name), (ObjectNode) before.find(secret(name)).orElseThrow()));
    assertThat(version(cluster.write(secret, A))).isEqualTo("v000");
  }

  /** Hashes of Secrets are made with their namespace: what comes from another one is compared. */
  @ParameterizedTest
  @EnumSource(HeadKind.class)
  void whatIsRestoredIntoAnotherNamespaceKeepsItsNumbers(HeadKind kind) {
    ObjectKey there = new ObjectKey(kind, "backup", "app");
    ObjectKey here = new ObjectKey(kind, "shop", "app");
    FakeCluster saved = new FakeCluster();
    for (Map<String, String> content : List.of(A, B, C, A)) {
      saved.write(there, content);
      saved.versions.keepCurrent(there, SHOP);
    }
    Consumer<String> restore =
        name ->
            cluster.put(here.named(name), (ObjectNode) saved.find(there.named(name)).orElseThrow());
    restore.accept("app-v000");
    restore.accept("app-v001");
    restore.accept("app-v002");
    JsonNode restored = cluster.admit(here, (ObjectNode) saved.find(there).orElseThrow(), false);
    assertThat(version(restored)).isEqualTo("v000");
    assertThat(KubernetesJson.annotation(restored, Annotations.NEWEST)).contains("v002");
    assertThat(version(cluster.write(here, B))).isEqualTo("v001");
    assertThat(version(cluster.write(here, Map.of("FOO", "d")))).isEqualTo("v003");
  }

  @Test
  void aVersionOfAnotherSchemeServesAHeadThatHadLostItsStamp() {
    cluster.write(head, A);
    reconcile();
    ObjectNode version = (ObjectNode) cluster.find(configMap("app-config-v000")).orElseThrow();
    version
        .withObject("/metadata/labels")
        .put(Labels.CONTENT, "h0-0123456789abcdef0123456789abcdef");
    cluster.put(configMap("app-config-v000"), version);
    ObjectNode unstamped = (ObjectNode) cluster.find(head).orElseThrow();
    unstamped.withObject("/metadata").remove("labels");
    cluster.put(head, unstamped);
    assertThat(version(cluster.write(head, A))).isEqualTo("v000");
  }

  @Test
  void whoTakesInWhatWasLeftOutAnswersForIt() {
    ObjectNode leaving = cluster.write(head, A).deepCopy();
    leaving.withObject("/data").put("FOO", "b");
    cluster.admit(head, annotate(leaving, Annotations.VERSIONED, "false"), false);
    ObjectNode left = (ObjectNode) cluster.find(head).orElseThrow();
    left.withObject("/metadata/annotations").remove(Annotations.VERSIONED);
    assertThat(KubernetesJson.annotation(cluster.admit(head, left, false), Annotations.CHANGED_BY))
        .contains("jane");
  }

  @Test
  void aHeadThatChangesTooFastGetsVersionsOnlyForWhoIsBound() {
    cluster.createdAt(Instant.now());
    for (int change = 0; change < 200; change++) {
      cluster.write(head, Map.of("checkpoint", String.valueOf(change)));
      cluster.versions.keepCurrent(head, SHOP);
    }
    assertThat(cluster.names()).hasSize(1 + VersionSettings.DEFAULT_MAX_VERSIONS);
    assertThat(cluster.versions.keepCurrent(head, SHOP))
        .isInstanceOf(VersionResolver.Upkeep.TooFast.class);

    assertThat(cluster.versions.resolve(head, SHOP, false))
        .isInstanceOfSatisfying(
            Resolution.OfHead.class,
            meant -> assertThat(cluster.names()).contains("app-config-" + meant.current()));
  }

  @Test
  void whatWasRestoredIsNoChange() {
    FakeCluster saved = new FakeCluster();
    for (int number = 0; number < VersionSettings.DEFAULT_MAX_VERSIONS; number++) {
      saved.write(head, Map.of("release", String.valueOf(number)));
      saved.versions.keepCurrent(head, SHOP);
    }
    for (String name : saved.names()) {
      ObjectNode restored = (ObjectNode) saved.find(configMap(name)).orElseThrow();
      restored.withObject("/metadata").put("creationTimestamp", Instant.now().toString());
      cluster.put(configMap(name), restored);
    }
    cluster.createdAt(Instant.now());
    for (int change = 0; change < 20; change++) {
      cluster.write(head, Map.of("checkpoint", String.valueOf(change)));
      cluster.versions.keepCurrent(head, SHOP);
    }
    assertThat(cluster.names()).hasSize(1 + VersionSettings.DEFAULT_MAX_VERSIONS + 20);
  }

  @Test
  void aQuotaThatIsFullDeniesNoHeadThatChangesTooFast() {
    cluster.createdAt(Instant.now());
    for (int change = 0; change < 70; change++) {
      cluster.write(head, Map.of("checkpoint", String.valueOf(change)));
    }
    cluster.refused = id -> true;
    assertThat(version(cluster.write(head, C))).isEqualTo("v070");
  }

  @Test
  void aMarkThatIsTakenOffAgainAndAgainBringsNothingAnyMore() {
    cluster.write(head, A);
    cluster.write(head, B);
    ObjectKey old = configMap("app-config-v000");
    for (int forged = 0; forged < VersionKeeper.MAX_UNMARKED; forged++) {
      mark(old);
      assertThat(cluster.versions.resolve(old, SHOP, false))
          .isInstanceOf(Resolution.OfVersion.class);
    }
    mark(old);
    cluster.calls.clear();
    assertThat(cluster.versions.resolve(old, SHOP, false)).isInstanceOf(Resolution.Nothing.class);
    assertThat(cluster.calls).noneMatch(call -> call.startsWith("unmark"));
    assertThat(version(cluster.write(head, A))).as("it counts as gone").isEqualTo("v002");
  }

  private void mark(ObjectKey version) {
    ObjectNode object = (ObjectNode) cluster.find(version).orElseThrow();
    cluster.put(version, annotate(object, Annotations.UNUSED_SINCE, "2026-01-01T00:00:00Z"));
  }
}
