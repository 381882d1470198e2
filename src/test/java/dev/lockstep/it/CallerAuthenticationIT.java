package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** With the files of {@code docs/caller-authentication.md}, an API server shows who it is. */
@Order(1)
class CallerAuthenticationIT {
  private static final String NAME = "lockstep-caller";
  private static final CallerPki PKI =
      CallerPki.in("target/caller-pki").client(NAME).client("somebody");
  private static final CallerPki FOREIGN = CallerPki.in("target/foreign-caller-pki").client(NAME);

  private static RealCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        new RealCluster(
            "caller-authentication",
            "--apiserver-arg=--admission-control-config-file=" + admissionConfiguration());
    cluster.install(
        Map.of(
            "LOCKSTEP_CALLER_AUTHENTICATION_MODE",
            "certificate",
            "LOCKSTEP_CALLER_AUTHENTICATION_CA",
            PKI.file("ca.crt").toString(),
            "LOCKSTEP_CALLER_AUTHENTICATION_ALLOWED_NAMES",
            NAME));
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  private static String admissionConfiguration() {
    PKI.write(
        "kubeconfig",
        """
        apiVersion: v1
        kind: Config
        users:
          - name: '*'
            user:
              client-certificate: %s
              client-key: %s
        """
            .formatted(PKI.file(NAME + ".crt"), PKI.file(NAME + ".key")));
    StringBuilder plugins = new StringBuilder();
    for (String plugin : new String[] {"MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"}) {
      plugins.append(
          """
            - name: %s
              configuration:
                apiVersion: apiserver.config.k8s.io/v1
                kind: WebhookAdmissionConfiguration
                kubeConfigFile: %s
          """
              .formatted(plugin, PKI.file("kubeconfig")));
    }
    return PKI.write(
            "admission.yaml",
            """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
            """
                + plugins)
        .toString();
  }

  @Test
  void theApiServerIsAnswered() {
    Shop shop = Shop.open(cluster);
    shop.apply(
        configMap("app-config", "FOO", "bar")
            + workload("Deployment", "my-app", "app:1", "app-config"));

    assertThat(new Workload(shop, "deployment/my-app").settled().names())
        .containsExactly("app-config-v000");
    Result denied = shop.tryKubectl("", "delete", "configmap", "app-config-v000");
    assertThat(denied.exit()).isNotZero();
    assertThat(denied.err()).contains("lockstep: cannot allow this delete");
  }

  @Test
  void whoShowsTheRightCertificateIsAnswered() throws Exception {
    HttpResponse<String> answer = review(shown(PKI, NAME));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Reviews.json(answer.body()).at("/response/uid").asText()).isEqualTo(Reviews.UID);
  }

  @Test
  void nobodyElseIs() {
    for (SSLContext caller :
        new SSLContext[] {Pem.anybody(cluster), shown(PKI, "somebody"), shown(FOREIGN, NAME)}) {
      assertThatThrownBy(() -> review(caller)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void probesNeedNoCertificate() {
    String management = cluster.read("lockstep-management").strip();
    assertThat(RestAssured.get(management + "/q/health/ready").statusCode()).isEqualTo(200);
  }

  private static SSLContext shown(CallerPki pki, String name) {
    return Pem.caller(cluster, pki.file(name + ".crt"), pki.file(name + ".key"));
  }

  private static HttpResponse<String> review(SSLContext caller)
      throws IOException, InterruptedException {
    ObjectNode head = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    head.putObject("metadata").put("name", "app-config");
    return HttpClient.newBuilder()
        .sslContext(caller)
        .build()
        .send(
            HttpRequest.newBuilder(URI.create(cluster.webhooks() + Reviews.HEADS))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(Reviews.create("default", head).toString()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
