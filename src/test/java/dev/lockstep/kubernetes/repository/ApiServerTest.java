package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.kubernetes.FakeApiServer;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.kubernetes.FakeApiServer.Request;
import dev.lockstep.kubernetes.client.KubeApiClient;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What repositories ask an API server for, and what they make of its answers. */
abstract class ApiServerTest {
  static final Answer NOT_THERE = Answer.status(404, "not found");
  static final Answer FORBIDDEN = Answer.status(403, "User \"lockstep\" cannot do that");
  static final Answer CONFLICT = Answer.status(409, "the object has been modified");
  static final Answer AWAY = Answer.status(503, "not now");

  FakeApiServer server;
  KubeApiClient api;

  @BeforeEach
  void start() throws IOException {
    server = new FakeApiServer(request -> NOT_THERE);
    api = new KubeApiClient(server.config(), (verb, resource, code, nanos) -> {});
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  /** Whatever is not here is not there. */
  void holds(Map<String, String> objects) {
    server.answer(
        request ->
            objects.containsKey(place(request))
                ? Answer.ok(objects.get(place(request)))
                : NOT_THERE);
  }

  static String place(Request request) {
    return request.path().replaceAll("\\?.*", "");
  }

  static String query(Request request) {
    return URLDecoder.decode(request.path().replaceAll("^[^?]*\\??", ""), StandardCharsets.UTF_8);
  }

  Request last() {
    List<Request> requests = server.requests();
    assertThat(requests).isNotEmpty();
    return requests.get(requests.size() - 1);
  }

  static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static String list(String kind, String... items) {
    return "{\"kind\":\"%sList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"10\"},\"items\":[%s]}"
        .formatted(kind, String.join(",", items));
  }
}
