package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions that somebody's rule does not let be made. */
class RefusalTest {
  private static final Map<String, String> A = Map.of("FOO", "a");
  private static final Map<String, String> B = Map.of("FOO", "b");
  private static final String KYVERNO =
      "admission webhook \"validate.kyverno.svc-fail\" denied the request: label owner is required";
  private static final String POLICY =
      "configmaps \"app-config-v000\" is forbidden: ValidatingAdmissionPolicy 'team' with binding"
          + " 'team' denied request: label team is needed";

  private final ObjectKey head = configMap("app-config");
  private final FakeCluster cluster = new FakeCluster();

  private void refuse(int code, String words) {
    cluster.refusal = new ApiServerException(code, words);
    cluster.refused = id -> !id.equals(head);
  }

  private static String version(JsonNode object) {
    return KubernetesJson.label(object, Labels.VERSION).orElse("none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|" + KYVERNO,
        "403|" + KYVERNO,
        "404|" + KYVERNO,
        "409|" + KYVERNO,
        "500|" + KYVERNO,
        "401|" + POLICY,
        "413|" + POLICY,
        "422|" + POLICY,
        "403|" + POLICY
      })
  void aRefusalIsToldWhenTheHeadIsWrittenWhateverItsCode(int code, String words) {
    refuse(code, words);
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> cluster.write(head, A))
        .withMessageContaining("is needed".equals(words) ? words : words.substring(0, 30))
        .withMessageContaining("Make room or change the rule, then apply again.")
        .satisfies(denial -> assertThat(denial.code()).isEqualTo(403))
        .withCauseInstanceOf(ApiServerException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400|admission webhook \"old.example.com\" does not support dry run",
        "422|ConfigMap \"app-config-v000\" is invalid: data[a b]: Invalid value: \"a b\": a valid"
            + " key"
      })
  void whatOnlyADryRunMeetsOrTheHeadWillMeetItselfDeniesNothing(int code, String words) {
    refuse(code, words);
    assertThat(version(cluster.write(head, A))).isEqualTo("v000");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 429, 500, 503, 504})
  void whatMayPassLaterIsToBeTriedAgain(int code) {
    refuse(code, "failed calling webhook \"x\": no endpoints available");
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> cluster.write(head, A))
        .satisfies(denial -> assertThat(denial.code()).isEqualTo(503));
  }

  /** It was let pass, since the webhook has no dry run, and is refused now. */
  private void persistedWithoutAVersion() {
    cluster.write(head, A);
    refuse(400, KYVERNO);
  }

  @Test
  void aHeadWhoseVersionCannotBeMadeCanStillBeChanged() {
    persistedWithoutAVersion();
    cluster.refusal =
        new ApiServerException(400, "admission webhook \"x\" does not support dry run");
    cluster.refused = id -> true;
    ObjectNode change = object(head, B);
    change.set("metadata", cluster.find(head).orElseThrow().get("metadata").deepCopy());
    cluster.refusal = new ApiServerException(403, POLICY);
    cluster.refused = id -> id.name().endsWith("-v000");

    assertThat(version(cluster.admit(head, change, false))).isEqualTo("v001");
    assertThat(cluster.warnings)
        .containsExactly(
            "lockstep: ConfigMap app-config: what it held got no version, since a rule refuses it;"
                + " it can't be brought back");
  }

  @Test
  void aWorkloadThatNamesItIsNotStuck() {
    persistedWithoutAVersion();
    assertThat(cluster.versions.resolve(head, SHOP, false))
        .isInstanceOfSatisfying(
            Resolution.Unversioned.class, meant -> assertThat(meant.refusal()).contains(KYVERNO));
  }

  @Test
  void theLeaderIsToldSoThatItTellsOnTheHead() {
    persistedWithoutAVersion();
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(() -> cluster.versions.keepCurrent(head, SHOP))
        .satisfies(refusal -> assertThat(refusal.isRefusal()).isTrue());
  }

  @Test
  void aHeadThatIsBeingDeletedDeniesNobodyAndIsNotWritten() {
    ObjectNode ending = cluster.write(head, A).deepCopy();
    ending.withObject("/metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
    ending.withObject("/data").put("FOO", "b");
    cluster.put(head, ending);
    cluster.calls.clear();
    assertThat(cluster.versions.resolve(head, SHOP, false))
        .isInstanceOf(Resolution.Unversioned.class);
    assertThat(cluster.calls).noneMatch(call -> call.startsWith("stamp"));
  }
}
