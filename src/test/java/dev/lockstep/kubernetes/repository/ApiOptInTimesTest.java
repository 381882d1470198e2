package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiOptInTimesTest extends ApiServerTest {
  private static final String NAMESPACE = "/api/v1/namespaces/shop";
  private static final String WEBHOOKS =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/lockstep";
  private static final String EARLY = "2026-01-01T00:00:00Z";
  private static final String LATE = "2026-01-02T00:00:00Z";

  private static String labelled(String time) {
    return """
        {"metadata": {"managedFields": [
          {"time": "%s", "fieldsV1": {"f:metadata": {"f:labels": {"f:lockstep.dev/versioning": {}}}}},
          {"time": "2026-01-03T00:00:00Z", "fieldsV1": {"f:metadata": {"f:labels": {"f:a": {}}}}}]}}
        """
        .formatted(time);
  }

  private static String created(String time) {
    return "{\"metadata\": {\"creationTimestamp\": \"%s\"}}".formatted(time);
  }

  private Instant takenIn(Optional<String> webhooks) {
    return new ApiOptInTimes(api, webhooks).of("shop").takenIn();
  }

  @Test
  void aNamespaceIsTakenInWhenItIsLabelledAndTheWebhooksAreThere() {
    holds(Map.of(NAMESPACE, labelled(EARLY), WEBHOOKS, created(LATE)));
    assertThat(takenIn(Optional.of("lockstep"))).isEqualTo(LATE);
    holds(Map.of(NAMESPACE, labelled(LATE), WEBHOOKS, created(EARLY)));
    assertThat(takenIn(Optional.of("lockstep"))).isEqualTo(LATE);
  }

  @Test
  void withoutARightToTheWebhooksTheLabelCounts() {
    holds(Map.of(NAMESPACE, labelled(EARLY)));
    assertThat(takenIn(Optional.empty())).isEqualTo(EARLY);
    assertThat(server.requests()).hasSize(1);
    assertThat(takenIn(Optional.of("lockstep"))).isEqualTo(EARLY);
    server.answer(
        request -> place(request).equals(WEBHOOKS) ? FORBIDDEN : Answer.ok(labelled(EARLY)));
    assertThat(takenIn(Optional.of("lockstep"))).isEqualTo(EARLY);
  }

  @Test
  void anApiServerThatDoesNotAnswerIsNoAnswer() {
    server.answer(request -> place(request).equals(WEBHOOKS) ? AWAY : Answer.ok(labelled(EARLY)));
    assertThatThrownBy(() -> takenIn(Optional.of("lockstep")))
        .isInstanceOf(ApiServerException.class);
  }
}
