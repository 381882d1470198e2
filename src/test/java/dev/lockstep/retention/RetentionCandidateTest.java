package dev.lockstep.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionCandidateTest {

  private static Optional<RetentionCandidate> read(ObjectNode object) {
    return RetentionCandidate.of(HeadKind.SECRET, object);
  }

  @Test
  void aVersionIsReadFromItsMetadata() {
    RetentionCandidate version = read(Made.object("app-config-v012", Map.of())).orElseThrow();

    assertThat(version.head()).isEqualTo(new HeadRef(HeadKind.SECRET, "app-config"));
    assertThat(version.number()).hasToString("v012");
    assertThat(version.namespace()).isEqualTo("shop");
    assertThat(version.name()).isEqualTo("app-config-v012");
    assertThat(version.created()).isEqualTo(Made.LONG_AGO);
    assertThat(version.unusedSince()).isEmpty();
    assertThat(version.kept()).isFalse();
    assertThat(version.uid()).isEqualTo("uid of app-config-v012");
    assertThat(version.resourceVersion()).isEqualTo("17");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/metadata/labels/lockstep.dev~1head",
        "/metadata/labels/lockstep.dev~1version",
        "/metadata/annotations/lockstep.dev~1head-name"
      })
  void whatDoesNotAgreeWithItsNameIsNobodysVersion(String place) {
    ObjectNode object = Made.object("app-config-v012", Map.of());
    int slash = place.lastIndexOf('/');
    ObjectNode map = (ObjectNode) object.at(place.substring(0, slash));
    map.put(place.substring(slash + 1).replace("~1", "/"), "v001");

    assertThat(read(object)).isEmpty();
  }

  @Test
  void aCopyUnderAnotherNameIsNobodysVersion() {
    ObjectNode object = Made.object("app-config-v012", Map.of());
    object.withObject("/metadata").put("name", "app-config-v007");
    assertThat(read(object)).isEmpty();
    object.withObject("/metadata").put("name", "my-copy");
    assertThat(read(object)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"true,true", "false,false", "yes,false"})
  void onlyTrueKeepsAVersion(String value, boolean kept) {
    RetentionCandidate version =
        read(Made.object("x-v000", Map.of(Annotations.KEEP, value))).orElseThrow();
    assertThat(version.kept()).isEqualTo(kept);
  }

  @Test
  void aMarkIsRead() {
    RetentionCandidate version = Made.markedVersion("x-v000", Made.LONG_AGO.plusSeconds(1));
    assertThat(version.unusedSince()).contains(Made.LONG_AGO.plusSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "2026-13-01T00:00:00Z"})
  void aMarkThatCannotBeReadIsNone(String mark) {
    RetentionCandidate version =
        read(Made.object("x-v000", Map.of(Annotations.UNUSED_SINCE, mark))).orElseThrow();
    assertThat(version.unusedSince()).isEmpty();
  }

  @Test
  void aMarkThatCameWithABackupIsNone() {
    RetentionCandidate version = Made.markedVersion("x-v000", Made.LONG_AGO.minusSeconds(1));
    assertThat(version.unusedSince()).isEmpty();
  }
}
