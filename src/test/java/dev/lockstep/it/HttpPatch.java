package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.config.RestAssuredConfig;
import io.restassured.config.SSLConfig;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/** Patches that are sent without reading the object first, by who has a token. */
record HttpPatch(String server, String token, KeyStore trusted) {

  static HttpPatch of(RealCluster cluster, String token) {
    try (var pem = Files.newInputStream(cluster.file("pki/ca.crt"))) {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      return new HttpPatch(cluster.read("ready").strip(), token, trusted);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** As a command would have ended: what the API server answered is its error. */
  Result send(String path, String jsonPatch) {
    Response response =
        RestAssured.given()
            .config(RestAssuredConfig.config().sslConfig(SSLConfig.sslConfig().trustStore(trusted)))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json-patch+json")
            .body(jsonPatch.getBytes(StandardCharsets.UTF_8))
            .patch(server + path);
    assertThat(response.statusCode()).as(response.asString()).isNotIn(401, 404);
    boolean isDone = response.statusCode() < 300;
    return new Result(
        "PATCH " + path + " " + jsonPatch,
        isDone ? 0 : 1,
        isDone ? response.asString() : "",
        isDone ? "" : response.jsonPath().getString("message"));
  }
}
