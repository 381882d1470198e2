package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.model.ApiServerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which words about a Secret may be logged. */
class SecretErrorRedactorTest {
  private static final String CALL =
      "Internal error occurred: failed calling webhook \"p.example.com\": ";

  private static String logged(String message) {
    return SecretErrorRedactor.exception("secrets", 500, message).discreet().getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exceeded quota: small, requested: secrets=1, used: secrets=5, limited: secrets=5",
        "secrets \"db\" is forbidden: User \"u\" cannot get resource \"secrets\"",
        "Internal error occurred: failed calling webhook \"p.example.com\": failed to call webhook:"
            + " Post \"https://p.svc:443/x?timeout=10s\": dial tcp 10.0.0.7:443: connect:"
            + " connection refused",
        "Internal error occurred: failed calling webhook \"p.example.com\": failed to call webhook:"
            + " Post \"https://p.svc:443/x?timeout=10s\": context deadline exceeded",
        "Internal error occurred: failed calling webhook \"p.example.com\": failed to call webhook:"
            + " Post \"https://p.svc:443/x\": service \"p\" not found",
        "Internal error occurred: failed calling webhook \"p.example.com\": failed to call webhook:"
            + " Post \"https://p.svc:443/x\": no endpoints available for service \"p\""
      })
  void kubernetesOwnWordsAreLogged(String message) {
    assertThat(logged(message)).isEqualTo(message);
  }

  @Test
  void wordsOfAPolicyAreNot() {
    assertThat(logged("admission webhook \"p\" denied the request: password hunter2 is weak"))
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "failed to call webhook: expected webhook response of admission.k8s.io/v1, got hunter2",
        "failed to call webhook: the server responded with the status code 500: hunter2",
        "received invalid webhook response: data: aHVudGVyMg== hunter2",
        "failed to call webhook: Post \"https://p.svc/x\": x509: certificate is valid for p, not"
            + " \"hunter2\"",
        "failed to call webhook: Post \"https://p.svc/x\": EOF hunter2"
      })
  void whatABrokenWebhookHasAnsweredIsNot(String answer) {
    assertThat(logged(CALL + answer)).doesNotContain("hunter2");
  }

  @Test
  void whoAskedIsToldAllOfIt() {
    assertThat(SecretErrorRedactor.exception("secrets", 403, "hunter2 is weak"))
        .hasMessage("hunter2 is weak");
  }

  @Test
  void aConfigMapHasNoSecrets() {
    ApiServerException refusal = SecretErrorRedactor.exception("configmaps", 403, "hunter2");
    assertThat(refusal.discreet()).isSameAs(refusal);
  }

  @Test
  void aLongMessageIsCut() {
    assertThat(SecretErrorRedactor.exception("configmaps", 403, "x".repeat(500)).getMessage())
        .hasSize(403)
        .endsWith("x...");
  }
}
