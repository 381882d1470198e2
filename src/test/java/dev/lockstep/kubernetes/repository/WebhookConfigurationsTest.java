package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.callers.PathPrefix;
import dev.lockstep.callers.WebhookConfigurations.Called;
import dev.lockstep.callers.WebhookPath;
import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.rotation.MadeCertificate;
import dev.lockstep.certificates.x509.Pem;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is ours in webhook configurations. */
class WebhookConfigurationsTest extends ApiServerTest {
  private static final String MUTATING =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/lockstep";
  private static final MadeCertificate CERTIFICATE = MadeCertificate.make();
  private static final String BUNDLE =
      Base64.getEncoder()
          .encodeToString(
              Pem.certificates(List.of(CERTIFICATE.authority()))
                  .getBytes(StandardCharsets.US_ASCII));

  private static String configuration(String... clientConfigs) {
    StringBuilder webhooks = new StringBuilder();
    String[] names = {"heads.lockstep.dev", "workloads.lockstep.dev", "others.example.com"};
    for (int i = 0; i < clientConfigs.length; i++) {
      webhooks
          .append(i == 0 ? "" : ",")
          .append("{\"name\":\"%s\",\"clientConfig\":%s}".formatted(names[i], clientConfigs[i]));
    }
    return "{\"metadata\":{\"resourceVersion\":\"5\"},\"webhooks\":[%s]}".formatted(webhooks);
  }

  private void accepts() {
    server.answer(request -> Answer.ok("{}"));
  }

  @Test
  void bundlesAreReadAndWhatCanNotBeReadHoldsNone() {
    holds(
        Map.of(
            MUTATING,
            configuration(
                "{\"caBundle\":\"%s\"}".formatted(BUNDLE), "{\"caBundle\":\"?\"}", "{}")));
    assertThat(new ApiCaBundles(api, "lockstep").read())
        .containsExactly(
            new CaBundle(MUTATING, "5", 0, "heads.lockstep.dev", Set.of(CERTIFICATE.authority())),
            new CaBundle(MUTATING, "5", 1, "workloads.lockstep.dev", Set.of()),
            new CaBundle(MUTATING, "5", 2, "others.example.com", Set.of()));
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void onlyBundlesThatDifferAreWrittenAndOnlyIfNobodyElseHas() {
    ApiCaBundles bundles = new ApiCaBundles(api, "lockstep");
    List<CaBundle> read =
        List.of(
            new CaBundle(MUTATING, "5", 0, "a", Set.of(CERTIFICATE.authority())),
            new CaBundle(MUTATING, "5", 1, "b", Set.of()));
    accepts();
    assertThat(bundles.write(read, Set.of(CERTIFICATE.authority()))).isTrue();
    assertThat(server.requests()).hasSize(1);
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                [{"op": "replace", "path": "/metadata/resourceVersion", "value": "5"},
                 {"op": "add", "path": "/webhooks/1/clientConfig/caBundle", "value": "%s"}]
                """
                    .formatted(BUNDLE)));
    server.answer(request -> CONFLICT);
    assertThat(bundles.write(read, Set.of(CERTIFICATE.authority()))).isFalse();
  }

  @Test
  void whatIsRightAlreadyIsNotWritten() {
    assertThat(
            new ApiCaBundles(api, "lockstep")
                .write(
                    List.of(new CaBundle(MUTATING, "5", 0, "a", Set.of(CERTIFICATE.authority()))),
                    Set.of(CERTIFICATE.authority())))
        .isTrue();
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void pathsAreReadOfOurWebhooksAlone() {
    holds(
        Map.of(
            MUTATING,
            configuration(
                "{\"service\":{\"path\":\"/mutate/heads\"}}",
                "{\"url\":\"https://lockstep.example.com:8443/elsewhere?x\"}",
                "{\"service\":{\"path\":\"/mutate/heads\"}}")));
    assertThat(new ApiWebhookConfigurations(api, "lockstep").read())
        .containsExactly(
            new Called(
                MUTATING,
                "5",
                0,
                WebhookPath.HEADS,
                Optional.empty(),
                Optional.of(PathPrefix.FIXED)),
            new Called(
                MUTATING,
                "5",
                1,
                WebhookPath.WORKLOADS,
                Optional.of("https://lockstep.example.com:8443"),
                Optional.empty()));
  }

  @Test
  void aPathIsWrittenWhereItStands() {
    accepts();
    List<Called> read =
        List.of(
            new Called(
                MUTATING,
                "5",
                0,
                WebhookPath.HEADS,
                Optional.empty(),
                Optional.of(PathPrefix.ROOT)),
            new Called(
                MUTATING,
                "5",
                1,
                WebhookPath.WORKLOADS,
                Optional.of("https://lockstep.example.com"),
                Optional.empty()),
            new Called(
                MUTATING,
                "5",
                2,
                WebhookPath.HEADS,
                Optional.empty(),
                Optional.of(PathPrefix.FIXED)));
    assertThat(new ApiWebhookConfigurations(api, "lockstep").write(read, PathPrefix.FIXED))
        .isTrue();
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                [{"op": "replace", "path": "/metadata/resourceVersion", "value": "5"},
                 {"op": "add", "path": "/webhooks/0/clientConfig/service/path",
                  "value": "/mutate/heads"},
                 {"op": "add", "path": "/webhooks/1/clientConfig/url",
                  "value": "https://lockstep.example.com/mutate/workloads"}]
                """));
  }
}
