package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static dev.lockstep.it.Reviews.HEADS;
import static dev.lockstep.it.Reviews.UID;
import static dev.lockstep.it.Reviews.WORKLOADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server itself answers, good reviews and bad ones, over HTTPS. */
@OnRealCluster
class EdgeIT {
  private static final int LEVELS = 20_000;
  private static final int TOO_LARGE = 17 * 1024 * 1024;

  @Test
  void aReviewOfAHeadIsAnsweredWithItsStamp(Shop shop) {
    JsonNode answer =
        new Reviews(shop.cluster()).answer(HEADS, Reviews.create(shop.name(), head("app-config")));

    assertThat(answer.path("uid").asText()).isEqualTo(UID);
    assertThat(answer.path("allowed").asBoolean()).isTrue();
    assertThat(answer.path("patchType").asText()).isEqualTo("JSONPatch");
    JsonNode labels = operation(answer, "/metadata/labels").path("value");
    assertThat(labels.path("lockstep.dev/role").asText()).isEqualTo("head");
    assertThat(labels.path("lockstep.dev/version").asText()).isEqualTo("v000");
    JsonNode annotations = operation(answer, "/metadata/annotations").path("value");
    assertThat(annotations.path("lockstep.dev/newest").asText()).isEqualTo("v000");
    assertThat(annotations.path("lockstep.dev/changed-by").asText()).isEqualTo("admin");
  }

  @Test
  void aReviewOfAWorkloadIsAnsweredWithItsBindings(Shop shop) {
    shop.apply(configMap("app-config", "FOO", "bar"));

    JsonNode answer = new Reviews(shop.cluster()).answer(WORKLOADS, reviewOfWorkload(shop));

    assertThat(answer.path("uid").asText()).isEqualTo(UID);
    assertThat(answer.path("allowed").asBoolean()).isTrue();
    assertThat(answer.path("patchType").asText()).isEqualTo("JSONPatch");
    JsonNode name =
        operation(answer, "/spec/template/spec/containers/0/envFrom/0/configMapRef/name");
    assertThat(name.path("op").asText()).isEqualTo("replace");
    assertThat(name.path("value").asText()).isEqualTo("app-config-v000");
    assertThat(
            operation(answer, "/spec/template/metadata/annotations")
                .at("/value/lockstep.dev~1bindings")
                .asText())
        .isEqualTo("configmap/app-config=v000");
  }

  @Test
  void theSameReviewAgainGetsTheSameAnswer(Shop shop) {
    Reviews reviews = new Reviews(shop.cluster());
    shop.apply(configMap("app-config", "FOO", "bar"));
    ObjectNode head = Reviews.create(shop.name(), head("other-config"));
    ObjectNode workload = reviewOfWorkload(shop);
    JsonNode stamped = reviews.answer(HEADS, head);
    JsonNode bound = reviews.answer(WORKLOADS, workload);

    for (int time = 0; time < 4; time++) {
      assertThat(reviews.answer(HEADS, head)).isEqualTo(stamped);
      assertThat(reviews.answer(WORKLOADS, workload)).isEqualTo(bound);
    }
  }

  @Test
  void plainHttpIsNotServed(RealCluster cluster) {
    String plain = cluster.webhooks().replace("https://", "http://");

    assertThatThrownBy(() -> RestAssured.given().baseUri(plain).body("{}").post(HEADS))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noReviews")
  void whatIsNoReviewIsRefusedWithOneSentence(String what, String body, RealCluster cluster) {
    assertIsOneSentence(new Reviews(cluster).post(HEADS, body), 400);
    assertIsOneSentence(new Reviews(cluster).post(WORKLOADS, body), 400);
  }

  static Stream<Arguments> noReviews() {
    return Stream.of(
        arguments("malformed JSON", "{\"kind\": \"AdmissionReview\", "),
        arguments("an empty body", ""),
        arguments("text", "\"AdmissionReview\""),
        arguments("null", "null"),
        arguments("a list", "[]"),
        arguments("an empty object", "{}"),
        arguments("lists in lists", "[".repeat(LEVELS) + "]".repeat(LEVELS)),
        arguments("objects in objects", "{\"a\":".repeat(LEVELS) + "1" + "}".repeat(LEVELS)),
        arguments(
            "a review with a deep object",
            review(r -> {}).replace("\"bar\"", "[".repeat(LEVELS) + "]".repeat(LEVELS))),
        arguments("another kind", review(r -> r.put("kind", "Review"))),
        arguments("an older version", review(r -> r.put("apiVersion", "admission.k8s.io/v1beta1"))),
        arguments("no request", review(r -> r.remove("request"))),
        arguments("a request that is text", review(r -> r.put("request", "CREATE"))),
        arguments("no uid", request(r -> r.remove("uid"))),
        arguments("an empty uid", request(r -> r.put("uid", ""))),
        arguments("no resource", request(r -> r.remove("resource"))),
        arguments("no object", request(r -> r.remove("object"))),
        arguments("a null object", request(r -> r.putNull("object"))),
        arguments("an object that is a list", request(r -> r.putArray("object"))),
        arguments("a delete", request(r -> r.put("operation", "DELETE").putNull("object"))),
        arguments("a delete with an object", request(r -> r.put("operation", "DELETE"))),
        arguments("an unknown operation", request(r -> r.put("operation", "create"))),
        arguments("an update of nothing", request(r -> r.put("operation", "UPDATE"))),
        arguments("a create over something", request(r -> r.putObject("oldObject"))),
        arguments("no namespace", request(r -> r.remove("namespace"))),
        arguments("a path as namespace", request(r -> r.put("namespace", "../kube-system"))),
        arguments("a path after a namespace", request(r -> r.put("namespace", "shop/../x"))),
        arguments("an encoded path as namespace", request(r -> r.put("namespace", "%2e%2e%2fx"))),
        arguments("a path as name", metadata(m -> m.put("name", "../secrets/foo"))),
        arguments("a path after a name", metadata(m -> m.put("name", "foo/../../secrets/foo"))),
        arguments("a query after a name", metadata(m -> m.put("name", "foo?dryRun=All"))),
        arguments("a name with a line break", metadata(m -> m.put("name", "foo\nbar"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded"})
  void anotherMediaTypeIsRefused(String type, RealCluster cluster) {
    Response response =
        new Reviews(cluster).client().contentType(type).body(review(r -> {})).post(HEADS);

    assertIsOneSentence(response, 415);
    assertThat(response.asString()).contains("application/json");
  }

  @Test
  void aBodyBeyondTheLimitIsRefused(RealCluster cluster) {
    String body = review(r -> {}).replace("\"bar\"", "\"" + "x".repeat(TOO_LARGE) + "\"");

    assertIsOneSentence(new Reviews(cluster).post(HEADS, body), 413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
  void webhooksAreOnlyPostedTo(String method, RealCluster cluster) {
    assertIsOneSentence(new Reviews(cluster).client().request(method, HEADS), 405);
    assertIsOneSentence(new Reviews(cluster).client().request(method, WORKLOADS), 405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/mutate", "/mutate/others", "/q/health", "/q/metrics", "/metrics"})
  void nothingElseIsServed(String path, RealCluster cluster) {
    assertIsOneSentence(new Reviews(cluster).client().get(path), 404);
    assertIsOneSentence(new Reviews(cluster).post(path, review(r -> {})), 404);
  }

  @Test
  void aSecretThatIsNotBase64IsDeniedWithoutSayingWhatItHolds(Shop shop) {
    ObjectNode secret = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"Secret\"}");
    secret.putObject("metadata").put("name", "app-secret").put("namespace", shop.name());
    secret.put("type", "Opaque").putObject("data").put("password", "hunter2!");

    JsonNode answer =
        new Reviews(shop.cluster()).answer(HEADS, Reviews.create(shop.name(), secret));

    assertThat(answer.path("uid").asText()).isEqualTo(UID);
    assertThat(answer.path("allowed").asBoolean(true)).isFalse();
    assertThat(answer.at("/status/code").asInt()).isEqualTo(422);
    assertThat(answer.at("/status/message").asText())
        .startsWith("lockstep: cannot ")
        .contains("Secret " + shop.name() + "/app-secret", "data[password]")
        .doesNotContain("hunter2");
  }

  @Test
  void aNameThatIsAPathIsLeftToTheApiServersValidation(Shop shop) {
    String yaml = workload("Deployment", "my-app", "app:1", "../secrets/foo");
    JsonNode deployment =
        Shop.json(shop.tryKubectl(yaml, "create", "--dry-run=client", "-o", "json", "-f", "-"));

    JsonNode answer =
        new Reviews(shop.cluster()).answer(WORKLOADS, Reviews.create(shop.name(), deployment));
    Result applied = shop.tryApply(yaml);

    assertThat(answer.path("allowed").asBoolean()).isTrue();
    assertThat(answer.has("patch")).isFalse();
    assertThat(applied.exit()).isNotZero();
    assertThat(applied.err())
        .contains("spec.template.spec.containers[0].envFrom[0].configMapRef.name: Invalid value");
  }

  @Test
  void theServerGoesOnAfterAllOfThis(Shop shop) {
    Reviews reviews = new Reviews(shop.cluster());
    ObjectNode good = Reviews.create(shop.name(), head("app-config"));

    for (Arguments bad : noReviews().toList()) {
      reviews.post(HEADS, (String) bad.get()[1]);
      assertThat(reviews.answer(HEADS, good).path("allowed").asBoolean()).isTrue();
    }
  }

  private static ObjectNode head(String name) {
    ObjectNode head = Reviews.json("{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}");
    head.putObject("metadata").put("name", name);
    head.putObject("data").put("FOO", "bar");
    return head;
  }

  private static ObjectNode reviewOfWorkload(Shop shop) {
    String yaml = workload("Deployment", "my-app", "app:1", "app-config");
    return Reviews.create(
        shop.name(),
        Shop.json(shop.tryKubectl(yaml, "create", "--dry-run=client", "-o", "json", "-f", "-")));
  }

  /** A review that is good but for this. */
  private static String review(Consumer<ObjectNode> change) {
    ObjectNode review = Reviews.create("default", head("app-config"));
    change.accept(review);
    return review.toString();
  }

  private static String request(Consumer<ObjectNode> change) {
    return review(review -> change.accept((ObjectNode) review.path("request")));
  }

  private static String metadata(Consumer<ObjectNode> change) {
    return review(review -> change.accept((ObjectNode) review.at("/request/object/metadata")));
  }

  private static JsonNode operation(JsonNode answer, String path) {
    List<JsonNode> found =
        Reviews.patch(answer).findParents("path").stream()
            .filter(operation -> operation.path("path").asText().equals(path))
            .toList();
    assertThat(found).as("operations on %s in %s", path, Reviews.patch(answer)).hasSize(1);
    return found.get(0);
  }

  private static void assertIsOneSentence(Response response, int status) {
    assertThat(response.statusCode()).as(response.asString()).isEqualTo(status);
    assertThat(response.contentType()).startsWith("text/plain");
    assertThat(response.asString())
        .matches("lockstep: [^\n]{10,200}\\.\n")
        .doesNotContain("Exception", "java.", "fasterxml", "dev.lockstep.", "io.quarkus");
  }
}
