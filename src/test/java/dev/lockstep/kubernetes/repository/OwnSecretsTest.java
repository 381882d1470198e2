package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.callers.PathStore.Kept;
import dev.lockstep.certificates.rotation.CertificateStore.Stored;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Secrets that Lockstep keeps for itself. */
class OwnSecretsTest extends ApiServerTest {
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static Answer holding(byte[] key) {
    return Answer.ok("{\"data\": {\"key\": \"%s\"}}".formatted(base64(key)));
  }

  @Test
  void theHashKeyIsReadOnce() {
    server.answer(request -> holding(KEY));
    HashKeySecret secret = new HashKeySecret(api, "lockstep-system");
    assertThat(secret.isThere()).isFalse();
    assertThat(secret.get()).isEqualTo(KEY);
    assertThat(secret.get()).isEqualTo(KEY);
    assertThat(secret.isThere()).isTrue();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aHashKeyThatIsNotThereIsMade() {
    server.answer(request -> request.method().equals("GET") ? NOT_THERE : new Answer(201, "{}"));
    byte[] key = new HashKeySecret(api, "lockstep-system").get();
    assertThat(key).hasSize(32);
    JsonNode made = json(last().body());
    assertThat(made.at("/data/key").asText()).isEqualTo(base64(key));
    assertThat(made.path("immutable").asBoolean()).isTrue();
  }

  @Test
  void whoIsSecondTakesTheKeyOfTheFirst() {
    server.answer(
        request -> {
          if (request.method().equals("POST")) {
            server.answer(later -> holding(KEY));
            return CONFLICT;
          }
          return NOT_THERE;
        });
    assertThat(new HashKeySecret(api, "lockstep-system").get()).isEqualTo(KEY);
  }

  @Test
  void aHashKeyThatIsNoneIsNotUsed() {
    server.answer(request -> request.method().equals("GET") ? holding(new byte[1]) : CONFLICT);
    HashKeySecret secret = new HashKeySecret(api, "lockstep-system");
    assertThatThrownBy(secret::get)
        .isInstanceOf(ApiServerException.class)
        .hasMessageEndingWith("holds no key of 32 bytes; delete it");
    assertThat(secret.isThere()).isFalse();
  }

  @Test
  void aRefusalOfTheHashKeyDoesNotQuoteIt() {
    server.answer(
        request ->
            request.method().equals("GET")
                ? NOT_THERE
                : Answer.status(403, "a policy that quotes: " + request.body().length()));
    assertThatThrownBy(new HashKeySecret(api, "lockstep-system")::get)
        .isInstanceOf(ApiServerException.class)
        .hasMessageNotContaining("quotes");
  }

  @Test
  void textsAreReadAndWrittenAsTheyAre() {
    SecretCertificateStore store = new SecretCertificateStore(api, "lockstep-system", "own");
    assertThat(store.read()).isEmpty();

    server.answer(request -> Answer.ok("{}"));
    Map<String, String> texts = Map.of("ca.crt", "ä\n");
    assertThat(store.create(texts)).isTrue();
    assertThat(place(last())).isEqualTo("/api/v1/namespaces/lockstep-system/secrets");
    JsonNode data = json(last().body()).path("data");

    server.answer(
        request ->
            Answer.ok(
                "{\"metadata\": {\"resourceVersion\": \"5\"}, \"data\": %s}".formatted(data)));
    assertThat(store.read()).contains(new Stored(texts, "5"));
  }

  @Test
  void textsAreReplacedOnlyWhereNobodyHasWrittenSince() {
    SecretCertificateStore store = new SecretCertificateStore(api, "lockstep-system", "own");
    Stored before = new Stored(Map.of(), "5");
    server.answer(request -> Answer.ok("{}"));
    assertThat(store.replace(before, Map.of())).isTrue();
    assertThat(json(last().body()).at("/metadata/resourceVersion").asText()).isEqualTo("5");
    server.answer(request -> CONFLICT);
    assertThat(store.replace(before, Map.of())).isFalse();
    assertThat(store.create(Map.of())).isFalse();
    server.answer(request -> FORBIDDEN);
    assertThatThrownBy(() -> store.create(Map.of())).isInstanceOf(ApiServerException.class);
  }

  @Test
  void pathsAreCreatedWhereThereAreNoneAndReplacedWhereThereAre() {
    SecretPathStore paths =
        new SecretPathStore(new SecretCertificateStore(api, "lockstep-system", "paths"));
    assertThat(paths.read()).isEqualTo(Kept.NOTHING);
    server.answer(request -> Answer.ok("{}"));
    assertThat(paths.write(Kept.NOTHING, Map.of())).isTrue();
    assertThat(last().method()).isEqualTo("POST");
    assertThat(paths.write(new Kept(Optional.of("5"), Map.of()), Map.of())).isTrue();
    assertThat(last().method()).isEqualTo("PATCH");
  }
}
