package dev.lockstep.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.callers.WebhookPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReviewTargetTest {
  @ParameterizedTest
  @CsvSource({
    "'', configmaps, CREATE, HEADS",
    "'', secrets, UPDATE, HEADS",
    "'', configmaps, DELETE, VERSIONS",
    "'', pods, CREATE, WORKLOADS",
    "apps, deployments, UPDATE, WORKLOADS",
    "argoproj.io, secrets, CREATE, WORKLOADS"
  })
  void theResourceSaysWhichWebhookAReviewIsFor(
      String group, String resource, String operation, WebhookPath webhook) {
    ReviewTarget target = ReviewTarget.of(review(group, resource, operation).getBytes(UTF_8));

    assertThat(target.webhook()).contains(webhook);
    assertThat(target.namespace()).isEqualTo("shop");
  }

  @Test
  void whatIsInTheObjectSaysNothing() {
    String review =
        """
        {"kind": "AdmissionReview", "object": {"request": {"namespace": "x"}},
         "request": {"uid": "u", "object": {"namespace": "x", "operation": "CREATE",
           "resource": {"group": "x", "resource": "x"}}}}
        """;

    ReviewTarget target = ReviewTarget.of(review.getBytes(UTF_8));

    assertThat(target).isEqualTo(new ReviewTarget("", "", "", ""));
    assertThat(target.webhook()).isEmpty();
  }

  @Test
  void onlyTheBeginningIsLookedAt() {
    String review = review("apps", "deployments", "CREATE");
    String late = "{\"filling\": [" + "1,".repeat(10_000) + "1], " + review.substring(1);

    assertThat(ReviewTarget.of(late.getBytes(UTF_8)).webhook()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "[]", "[[[[[[", "{\"request\": ", "\"text\"", "{\"request\": 1}"})
  void whatIsNoReviewIsForNoWebhook(String body) {
    assertThat(ReviewTarget.of(body.getBytes(UTF_8)).webhook()).isEmpty();
  }

  private static String review(String group, String resource, String operation) {
    return """
    {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u",
     "kind": {"group": "g", "version": "v1", "kind": "K"},
     "resource": {"group": "%s", "version": "v1", "resource": "%s"},
     "requestResource": {"group": "other", "version": "v1", "resource": "others"},
     "name": "n", "namespace": "shop", "operation": "%s", "object": {"data": {}}}}
    """
        .formatted(group, resource, operation);
  }
}
