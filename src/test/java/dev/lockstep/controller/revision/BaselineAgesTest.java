package dev.lockstep.controller.revision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BaselineAgesTest {
  private static final HeadRef CONFIG = new HeadRef(HeadKind.CONFIG_MAP, "app-config");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final List<MadeVersion> versions = new ArrayList<>();
  private final List<Revision> revisions = new ArrayList<>();
  private Optional<Instant> changed = Optional.empty();

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  private void version(int number, long second, String user) {
    versions.add(
        new MadeVersion(
            VersionNumber.parse("v00" + number).orElseThrow(), at(second), Optional.of(user)));
    changed = Optional.of(at(second));
  }

  private ObjectNode revision(long second, String named) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object
        .withObject("/metadata")
        .put("name", "r" + second)
        .put("creationTimestamp", at(second).toString());
    object
        .withObject("/spec/template/spec")
        .putArray("containers")
        .addObject()
        .putArray("envFrom")
        .addObject()
        .putObject("configMapRef")
        .put("name", named);
    revisions.add(new Revision(object, object.at("/spec/template")));
    return object;
  }

  private ObjectNode bound(long second, String number, String user) {
    ObjectNode object = revision(second, "app-config-" + number);
    says(object, number);
    object.withObject("/metadata/annotations").put(Annotations.RELEASED, at(second) + " " + user);
    return object;
  }

  private static void says(ObjectNode revision, String number) {
    revision
        .withObject("/spec/template/metadata/annotations")
        .put(Annotations.BINDINGS, CONFIG + "=" + number);
  }

  /** What is noted on the revision of this second, some time later. */
  private String noted(long revision, long now) {
    return notedOn("r" + revision, now);
  }

  private String notedOn(String revision, long now) {
    CurrentHead current =
        new CurrentHead(
            versions.get(versions.size() - 1).number(), Optional.empty(), changed, false);
    Map<Revision, Bindings> notes =
        new BaselineAges(Map.of(CONFIG, current), Map.of(CONFIG, versions), at(now))
            .toNote(revisions);
    return notes.entrySet().stream()
        .filter(note -> note.getKey().object().at("/metadata/name").asText().equals(revision))
        .map(note -> note.getValue().toString())
        .findFirst()
        .orElse("");
  }

  @Test
  void whatIsThereAtOptInMeansTheFirstVersion() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    assertThat(noted(0, 101)).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void aReleaseThatComesRightAfterOptInTakesItsOwnConfigAlong() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 103, "jane");
    bound(104, "v001", "jane");
    assertThat(noted(0, 105)).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatChangedBetweenOptInAndTheReleaseIsWhatItHadLast() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 110, "jane");
    version(2, 115, "jane");
    bound(116, "v002", "jane");
    assertThat(noted(0, 117)).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void whatHadChangedLongBeforeTheReleaseWasReadBeforeIt() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 200, "jane");
    bound(400, "v001", "jane");
    assertThat(noted(0, 401)).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void whatSomebodyElseChangedDoesNotBelongToTheRelease() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 200, "joe");
    bound(210, "v001", "jane");
    assertThat(noted(0, 211)).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void aRevisionThatItsControllerMadeAfterOptInMeansTheSame() {
    version(0, 100, "unknown");
    revision(150, "app-config");
    assertThat(noted(150, 151)).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatIsNotBoundYetGoesOnWithItsHeadOnceAChangeIsOld() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 200, "jane");
    assertThat(noted(0, 230)).isEqualTo("configmap/app-config=v000");
    assertThat(noted(0, 261)).isEqualTo("configmap/app-config=v001");
  }

  @Test
  void whatWasWrittenUnseenMeansWhatWasMadeInItsTime() {
    bound(0, "v000", "jane");
    version(0, 0, "jane");
    version(1, 2, "jane");
    bound(2, "v001", "jane");
    says(revision(12, "app-config"), "v001");
    version(2, 22, "unknown");
    says(revision(22, "app-config"), "v001");
    version(3, 32, "jane");
    bound(32, "v003", "jane");
    assertThat(noted(22, 100)).isEqualTo("configmap/app-config=v002");
    assertThat(noted(12, 100)).as("nobody knows what it was released with").isEmpty();
  }

  @Test
  void whatHasNotChangedSinceItWasWrittenUnseenIsWhatItMeant() {
    version(0, 0, "jane");
    bound(1, "v000", "jane");
    says(revision(12, "app-config"), "v000");
    assertThat(noted(12, 13)).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatWasMadeWithinOneSecondIsToldApartByItsNumbers() {
    version(0, 100, "unknown");
    version(1, 101, "jane");
    version(2, 101, "jane");
    number(bound(101, "v002", "jane"), "4");
    number(bound(101, "v001", "jane"), "3");
    number(revision(50, "app-config"), "2");
    ObjectNode first = number(revision(50, "app-config"), "5");
    annotation(first, "deployment.kubernetes.io/revision-history", "1");
    first.withObject("/metadata").put("name", "first");
    assertThat(noted(50, 102)).isEqualTo("configmap/app-config=v000");
    assertThat(notedOn("first", 102)).isEqualTo("configmap/app-config=v000");
  }

  @Test
  void whatIsNotedGivesWayToWhatWasMadeWithinTheSameSecond() {
    annotation(revision(0, "app-config"), Annotations.BASELINE, "configmap/app-config=v001");
    version(1, 200, "jane");
    version(2, 200, "jane");
    version(3, 201, "jane");
    bound(202, "v003", "jane");
    assertThat(noted(0, 203)).isEqualTo("configmap/app-config=v002");
  }

  private static ObjectNode number(ObjectNode replicaSet, String number) {
    return annotation(replicaSet, RevisionNumbers.OF_REPLICA_SET, number);
  }

  private static ObjectNode annotation(ObjectNode object, String key, String value) {
    object.withObject("/metadata/annotations").put(key, value);
    return object;
  }

  @Test
  void whatIsNotedIsNotTakenBackWhenOldVersionsAreGone() {
    revision(0, "app-config")
        .withObject("/metadata/annotations")
        .put(Annotations.BASELINE, "configmap/app-config=v001");
    version(1, 200, "jane");
    version(2, 300, "jane");
    bound(400, "v002", "jane");
    assertThat(noted(0, 1000)).isEqualTo("configmap/app-config=v002");
    ((ObjectNode) revisions.get(0).object().at("/metadata/annotations"))
        .put(Annotations.BASELINE, "configmap/app-config=v002");
    versions.remove(1);
    assertThat(noted(0, 1000)).isEmpty();
  }

  @Test
  void whatNobodyMeantIsPassedOver() {
    revision(0, "app-config");
    version(0, 100, "unknown");
    version(1, 300, "jane");
    revision(290, "app-config")
        .withObject("/metadata/annotations")
        .put(Annotations.IN_BETWEEN, "window");
    bound(301, "v001", "jane");
    assertThat(noted(0, 302)).isEqualTo("configmap/app-config=v000");
    assertThat(noted(290, 302)).isEmpty();
  }
}
