package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.config.SSLConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.Map;

/** AdmissionReviews, and a client that posts them to the server itself, past the API server. */
final class Reviews {
  static final String HEADS = "/mutate/heads";
  static final String WORKLOADS = "/mutate/workloads";
  static final String UID = "705ab4f5-6393-11e8-b7cc-42010a800002";

  private static final ObjectMapper JSON = new ObjectMapper();

  private record Resource(String group, String version, String plural) {}

  private static final Map<String, Resource> RESOURCES =
      Map.of(
          "ConfigMap", new Resource("", "v1", "configmaps"),
          "Secret", new Resource("", "v1", "secrets"),
          "Deployment", new Resource("apps", "v1", "deployments"));

  private final RealCluster cluster;

  Reviews(RealCluster cluster) {
    this.cluster = cluster;
  }

  /** A review of a create, with all that the API server sends. */
  static ObjectNode create(String namespace, JsonNode object) {
    return review("CREATE", namespace, object, JSON.nullNode());
  }

  /** A review of an update, with all that the API server sends. */
  static ObjectNode update(String namespace, JsonNode object, JsonNode oldObject) {
    return review("UPDATE", namespace, object, oldObject);
  }

  private static ObjectNode review(
      String operation, String namespace, JsonNode object, JsonNode oldObject) {
    Resource of = RESOURCES.get(object.path("kind").asText());
    ObjectNode resource =
        JSON.createObjectNode()
            .put("group", of.group())
            .put("version", of.version())
            .put("resource", of.plural());
    ObjectNode kind =
        JSON.createObjectNode()
            .put("group", of.group())
            .put("version", of.version())
            .put("kind", object.path("kind").asText());
    ObjectNode review = JSON.createObjectNode();
    review.put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
    ObjectNode request = review.putObject("request").put("uid", UID);
    request.set("kind", kind);
    request.set("resource", resource);
    request.set("requestKind", kind);
    request.set("requestResource", resource);
    request
        .put("name", object.at("/metadata/name").asText())
        .put("namespace", namespace)
        .put("operation", operation);
    request.putObject("userInfo").put("username", "admin").putArray("groups").add("system:masters");
    request.set("object", object);
    request.set("oldObject", oldObject);
    request.put("dryRun", false);
    request
        .putObject("options")
        .put("kind", operation.equals("CREATE") ? "CreateOptions" : "UpdateOptions")
        .put("apiVersion", "meta.k8s.io/v1");
    return review;
  }

  static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** A request to the server: HTTPS, its certificate checked with the CA that the chart has. */
  RequestSpecification client() {
    return client(cluster, cluster.webhooks());
  }

  /** The same to any server. */
  static RequestSpecification client(RealCluster cluster, String url) {
    return RestAssured.given()
        .config(
            RestAssuredConfig.config()
                .sslConfig(SSLConfig.sslConfig().trustStore(trusted(cluster)))
                .encoderConfig(
                    EncoderConfig.encoderConfig()
                        .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
        .baseUri(url);
  }

  private static KeyStore trusted(RealCluster cluster) {
    try (InputStream pem = Files.newInputStream(cluster.webhookCa())) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  Response post(String path, String body) {
    return client().contentType("application/json").body(body).post(path);
  }

  /** The {@code response} of a review that was answered. */
  JsonNode answer(String path, JsonNode review) {
    Response response = post(path, review.toString());
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
    return json(response.asString()).path("response");
  }

  /** The JSON Patch of an answer, decoded; a missing node where there is none. */
  static JsonNode patch(JsonNode answer) {
    try {
      return answer.has("patch")
          ? JSON.readTree(Base64.getDecoder().decode(answer.path("patch").asText()))
          : JSON.missingNode();
    } catch (IOException e) {
      throw new AssertionError("no JSON Patch: " + answer, e);
    }
  }
}
