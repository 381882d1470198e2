package dev.lockstep.retention;

import static dev.lockstep.retention.Made.head;
import static dev.lockstep.retention.Made.markedVersion;
import static dev.lockstep.retention.Made.ref;
import static dev.lockstep.retention.Made.version;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionPolicyTest {
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final Duration MINIMUM_AGE = Duration.ofHours(1);
  private static final Instant NOW = Made.LONG_AGO.plus(Duration.ofDays(1));
  private static final ManagedNamespace SHOP = new ManagedNamespace("shop", Map.of());

  private final RetentionPolicy retention =
      new RetentionPolicy(new RetentionSettings(3, 2, GRACE, MINIMUM_AGE));

  /** {@code app-config-v000} and so on. */
  private static List<RetentionCandidate> versions(int count) {
    return IntStream.range(0, count).mapToObj(n -> version("app-config-v00" + n)).toList();
  }

  private static Map<HeadRef, JsonNode> at(String current, Map<String, String> annotations) {
    return Map.of(ref("app-config"), head("app-config", current, annotations));
  }

  private List<String> expendable(List<RetentionCandidate> versions, Map<HeadRef, JsonNode> heads) {
    return names(retention.expendable(versions, heads, SHOP, NOW));
  }

  private static List<String> names(Set<RetentionCandidate> versions) {
    return versions.stream().map(RetentionCandidate::name).sorted().toList();
  }

  @Test
  void theNewestAreKept() {
    assertThat(expendable(versions(5), at("v004", Map.of())))
        .containsExactly("app-config-v000", "app-config-v001");
  }

  @Test
  void theCurrentOneIsKeptHoweverOld() {
    assertThat(expendable(versions(5), at("v000", Map.of()))).containsExactly("app-config-v001");
  }

  @Test
  void newestIsByNumberNotBySpelling() {
    List<RetentionCandidate> versions =
        Stream.of("v998", "v999", "v1000", "v1001", "v1002")
            .map(n -> version("app-config-" + n))
            .toList();
    assertThat(expendable(versions, at("v1002", Map.of())))
        .containsExactly("app-config-v998", "app-config-v999");
  }

  @Test
  void aHeadWhoseStampCannotBeReadKeepsAll() {
    assertThat(expendable(versions(9), at("", Map.of()))).isEmpty();
    assertThat(expendable(versions(9), at("newest", Map.of()))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "4, , , , v000",
    "0, , , , v000 v001 v002 v003",
    ", 4, , , v000",
    "4, 1, , , v000",
    ", , 4, , v000",
    ", , 4, 1, v000",
    ", 4, 1, 1, v000",
    ", , , 4, v000",
    "many, , 4, , v000",
    "many, 4, , , v000",
    "-1, , , , v000 v001"
  })
  void theHeadSaysHowManyThenItsNamespaceThenTheSetting(
      String own, String ownAlias, String namespaces, String namespacesAlias, String expected) {
    ManagedNamespace namespace =
        new ManagedNamespace("shop", annotations(namespaces, namespacesAlias));

    Set<RetentionCandidate> expendable =
        retention.expendable(versions(5), at("v004", annotations(own, ownAlias)), namespace, NOW);

    assertThat(names(expendable))
        .containsExactly(
            Stream.of(expected.split(" ")).map(n -> "app-config-" + n).toArray(String[]::new));
  }

  private static Map<String, String> annotations(String own, String alias) {
    return own == null && alias == null
        ? Map.of()
        : own == null
            ? Map.of(Annotations.SPINNAKER_MAX_HISTORY, alias)
            : alias == null
                ? Map.of(Annotations.KEEP_VERSIONS, own)
                : Map.of(Annotations.KEEP_VERSIONS, own, Annotations.SPINNAKER_MAX_HISTORY, alias);
  }

  @Test
  void aSecretHasItsOwnNumber() {
    List<RetentionCandidate> versions =
        IntStream.range(0, 4)
            .mapToObj(n -> version(HeadKind.SECRET, "login-v00" + n, Map.of()))
            .toList();
    Map<HeadRef, JsonNode> heads =
        Map.of(new HeadRef(HeadKind.SECRET, "login"), head("login", "v003", Map.of()));
    assertThat(expendable(versions, heads)).containsExactly("login-v000", "login-v001");
  }

  @Test
  void oneHeadsVersionsDoNotCountForAnother() {
    List<RetentionCandidate> versions = new ArrayList<>(versions(3));
    versions.add(version("app-v000"));
    versions.add(version(HeadKind.SECRET, "app-config-v000", Map.of()));
    Map<HeadRef, JsonNode> heads =
        Map.of(
            ref("app-config"),
            head("app-config", "v002", Map.of()),
            ref("app"),
            head("app", "v000", Map.of()),
            new HeadRef(HeadKind.SECRET, "app-config"),
            head("app-config", "v000", Map.of()));
    assertThat(expendable(versions, heads)).isEmpty();
  }

  @Test
  void keptOnesAreKept() {
    List<RetentionCandidate> versions = new ArrayList<>(versions(5));
    versions.set(
        0, version(HeadKind.CONFIG_MAP, "app-config-v000", Map.of(Annotations.KEEP, "true")));
    assertThat(expendable(versions, at("v004", Map.of()))).containsExactly("app-config-v001");
  }

  @Test
  void nothingYoungerThanTheMinimumAgeGoes() {
    Map<HeadRef, JsonNode> heads = at("v004", Map.of());
    Instant tooEarly = Made.LONG_AGO.plus(MINIMUM_AGE).minusMillis(1);
    assertThat(retention.expendable(versions(5), heads, SHOP, tooEarly)).isEmpty();
    assertThat(retention.expendable(versions(5), heads, SHOP, tooEarly.plusMillis(1))).hasSize(2);
  }

  @Test
  void ofADeletedHeadAllGoButTheHighest() {
    assertThat(expendable(versions(3), Map.of()))
        .containsExactly("app-config-v000", "app-config-v001");
  }

  @Test
  void ofADeletedHeadTheHighestGoesWhenItIsTheLast() {
    assertThat(expendable(List.of(version("app-config-v007")), Map.of()))
        .containsExactly("app-config-v007");
  }

  @Test
  void whatIsUnusedIsMarkedFirst() {
    RetentionCandidate version = version("app-config-v000");
    assertThat(steps(version, Set.of(version), NOW))
        .containsExactly(new RetentionAction.Mark(version));
  }

  @Test
  void whatIsMarkedGoesAfterTheGracePeriod() {
    RetentionCandidate version = markedVersion("app-config-v000", NOW);
    Set<RetentionCandidate> expendable = Set.of(version);
    assertThat(steps(version, expendable, NOW.plus(GRACE))).isEmpty();
    assertThat(steps(version, expendable, NOW.plus(GRACE).plusMillis(1)))
        .containsExactly(new RetentionAction.Delete(version));
  }

  @Test
  void aMarkFromBeforeAdmissionsTookMarksOffIsSetAnew() {
    RetentionCandidate version = markedVersion("app-config-v000", NOW);
    Instant later = NOW.plus(GRACE).plusSeconds(1);
    ReferrerIndex nobody = new ReferrerIndex(name -> true);
    assertThat(
            retention.steps(List.of(version), Set.of(version), nobody, NOW.plusSeconds(1), later))
        .containsExactly(new RetentionAction.Mark(version));
  }

  @Test
  void whatIsMarkedAndMayNotGoAnyMoreLosesItsMark() {
    RetentionCandidate version = markedVersion("app-config-v000", NOW);
    Instant later = NOW.plus(GRACE).plusSeconds(1);
    assertThat(steps(version, Set.of(), later))
        .containsExactly(new RetentionAction.Unmark(version));
  }

  @Test
  void whatIsMarkedAndUsedLosesItsMark() {
    RetentionCandidate version = markedVersion("app-config-v000", NOW);
    Instant later = NOW.plus(GRACE).plusSeconds(1);
    assertThat(
            retention.steps(List.of(version), Set.of(version), used(version), Instant.MIN, later))
        .containsExactly(new RetentionAction.Unmark(version));
  }

  @Test
  void whatIsUsedIsLeftAlone() {
    RetentionCandidate version = version("app-config-v000");
    assertThat(retention.steps(List.of(version), Set.of(version), used(version), Instant.MIN, NOW))
        .isEmpty();
  }

  private List<RetentionAction> steps(
      RetentionCandidate version, Set<RetentionCandidate> expendable, Instant now) {
    ReferrerIndex nobody = new ReferrerIndex(name -> true);
    return retention.steps(List.of(version), expendable, nobody, Instant.MIN, now);
  }

  private static ReferrerIndex used(RetentionCandidate version) {
    ReferrerIndex uses = new ReferrerIndex(name -> true);
    uses.add(new ObjectMapper().createObjectNode().put("name", version.name()));
    return uses;
  }
}
