package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.lockstep.kubernetes.FakeApiServer;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.RequestDeadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How calls are made, and what becomes of answers. */
class KubeApiClientTest {
  private static final String PATH = "/api/v1/namespaces/shop/configmaps/app";
  private static final String LIST = "/api/v1/namespaces/shop/configmaps";

  private final List<String> calls = new ArrayList<>();
  private FakeApiServer server;
  private KubeApiClient api;

  @BeforeEach
  void start() throws IOException {
    server = new FakeApiServer(request -> Answer.ok("{}"));
    api =
        new KubeApiClient(
            server.config(),
            (verb, resource, code, nanos) -> calls.add(verb + " " + resource + " " + code));
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  @Test
  void anObjectComesAsItIsWithNullsAndEmptyMaps() {
    server.answer(request -> Answer.ok("{\"data\":null,\"metadata\":{\"labels\":{}}}"));

    assertThat(api.get(PATH).orElseThrow())
        .hasToString("{\"data\":null,\"metadata\":{\"labels\":{}}}");
    assertThat(calls).containsExactly("get configmaps 2xx");
  }

  @Test
  void anObjectThatIsNotThereIsEmpty() {
    server.answer(request -> Answer.status(404, "not found"));

    assertThat(api.get(PATH)).isEmpty();
  }

  @Test
  void aRefusalIsAnExceptionWithTheWordsOfTheApiServer() {
    server.answer(request -> Answer.status(403, "User \"u\" cannot get it"));

    ApiServerException refusal =
        catchThrowableOfType(ApiServerException.class, () -> api.get(PATH));

    assertThat(refusal.code()).isEqualTo(403);
    assertThat(refusal.isRefusal()).isTrue();
    assertThat(refusal).hasMessage("User \"u\" cannot get it");
    assertThat(calls).containsExactly("get configmaps 4xx");
  }

  @Test
  void noAnswerIsAnExceptionWithItsCause() {
    server.close();

    ApiServerException silence =
        catchThrowableOfType(ApiServerException.class, () -> api.get(PATH));

    assertThat(silence.code()).isEqualTo(ApiServerException.NO_ANSWER);
    assertThat(silence).hasCauseInstanceOf(IOException.class);
    assertThat(api.answers()).isFalse();
    assertThat(calls).startsWith("get configmaps none").endsWith("get version none");
  }

  @Test
  void anAnswerAfterTheDeadlineOfTheRequestIsNotWaitedFor() {
    CountDownLatch isOver = new CountDownLatch(1);
    server.answer(
        request -> {
          try {
            isOver.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Answer.ok("{}");
        });

    assertThatThrownBy(() -> RequestDeadline.within(Duration.ofMillis(1), () -> api.get(PATH)))
        .isInstanceOf(ApiServerException.class);
    isOver.countDown();
  }

  @Test
  void anAnswerThatIsNoJsonIsARefusalWithItsCodeAlone() {
    server.answer(request -> new Answer(502, "<html>bad gateway</html>"));

    assertThatThrownBy(() -> api.list(LIST)).hasMessage("the API server answered 502");
  }

  @Test
  void itemsOfAListSayWhatTheyAre() {
    server.answer(
        request ->
            Answer.ok(
                "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{}}]}"));

    assertThat(api.list(LIST))
        .extracting(JsonNode::toString)
        .containsExactly("{\"metadata\":{},\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}");
  }

  @Test
  void aLongListIsReadPageByPageAsMetadataAlone() {
    server.answer(
        request ->
            Answer.ok(
                request.path().contains("continue=a%2Fb")
                    ? "{\"kind\":\"L\",\"items\":[{\"kind\":\"B\"}]}"
                    : "{\"kind\":\"L\",\"metadata\":{\"continue\":\"a/b\"},\"items\":[{\"kind\":\"A\"}]}"));

    assertThat(api.listMetadata(LIST + "?labelSelector=x"))
        .extracting(item -> item.path("kind").asText())
        .containsExactly("A", "B");
    assertThat(server.requests())
        .extracting(FakeApiServer.Request::path)
        .containsExactly(
            LIST + "?labelSelector=x&limit=500",
            LIST + "?labelSelector=x&limit=500&continue=a%2Fb");
    assertThat(server.requests())
        .allMatch(request -> request.accept().contains("as=PartialObjectMetadataList"));
  }

  @Test
  void aListIsReadNoFurtherThanIsWanted() {
    server.answer(
        request ->
            Answer.ok("{\"kind\":\"L\",\"metadata\":{\"continue\":\"x\"},\"items\":[{},{}]}"));

    assertThat(api.whileWanted(LIST, item -> false)).isFalse();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aPageThatFailsFailsTheList() {
    server.answer(
        request ->
            request.path().contains("continue")
                ? Answer.status(410, "expired")
                : Answer.ok("{\"metadata\":{\"continue\":\"x\"},\"items\":[]}"));

    assertThatThrownBy(() -> api.listMetadata(LIST)).hasMessage("expired");
  }

  @Test
  void eachVerbHasItsMethodAndType() {
    JsonNode body = JsonNodeFactory.instance.objectNode();
    api.create(LIST, body);
    api.tryMergePatch(PATH, body);
    api.tryJsonPatch(PATH, JsonNodeFactory.instance.arrayNode());
    api.delete(PATH, body);

    assertThat(server.requests())
        .extracting(request -> request.method() + " " + request.type() + " " + request.body())
        .containsExactly(
            "POST application/json {}",
            "PATCH application/merge-patch+json {}",
            "PATCH application/json-patch+json []",
            "DELETE application/json {}");
  }

  @Test
  void aWriteThatSomebodyElseWasFasterWithIsNoError() {
    server.answer(request -> Answer.status(409, "changed"));
    assertThat(api.delete(PATH, JsonNodeFactory.instance.objectNode()).isWritten()).isFalse();

    server.answer(request -> Answer.status(404, "gone"));
    assertThat(api.delete(PATH, JsonNodeFactory.instance.objectNode()).isWritten()).isFalse();

    server.answer(request -> Answer.status(422, "invalid"));
    ApiResponse refused = api.delete(PATH, JsonNodeFactory.instance.objectNode());
    assertThatThrownBy(refused::isWritten).hasMessage("invalid");
  }
}
