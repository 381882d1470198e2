package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.EventRecorder.Severity;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.simulation.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiEventRecorderTest extends ApiServerTest {
  private static final JsonNode HEAD =
      json(
          """
          {"apiVersion": "v1", "kind": "ConfigMap",
           "metadata": {"name": "app", "namespace": "shop", "uid": "u"}}
          """);

  private final VirtualTime time = new VirtualTime();
  private ApiEventRecorder events;

  @BeforeEach
  void open() {
    server.answer(request -> new Answer(201, "{}"));
    events = new ApiEventRecorder(api, time);
  }

  private void warn(String message) {
    events.tell(HEAD, Severity.WARNING, "VersionRefused", message);
  }

  @Test
  void anEventSaysWhatItIsAbout() {
    warn("exceeded quota");
    assertThat(place(last())).isEqualTo("/api/v1/namespaces/shop/events");
    JsonNode event = json(last().body());
    assertThat(event.path("involvedObject"))
        .isEqualTo(
            json(
                """
                {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "shop", "name": "app",
                 "uid": "u"}
                """));
    assertThat(event.path("type").asText()).isEqualTo("Warning");
    assertThat(event.path("reason").asText()).isEqualTo("VersionRefused");
    assertThat(event.path("message").asText()).isEqualTo("exceeded quota");
    assertThat(event.path("lastTimestamp").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(event.at("/metadata/name").asText()).startsWith("app.");
  }

  @Test
  void whatWasToldIsToldAgainAfterAWhileOnly() {
    warn("no");
    warn("no");
    assertThat(server.requests()).hasSize(1);
    warn("another");
    assertThat(server.requests()).hasSize(2);
    time.pass(Duration.ofMinutes(30));
    warn("no");
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void otherNumbersAreNoOtherWarningButAnotherPieceOfNews() {
    warn("used 1 of 2");
    warn("used 2 of 2");
    assertThat(server.requests()).hasSize(1);
    events.tell(HEAD, Severity.NORMAL, "VersionMade", "v001");
    events.tell(HEAD, Severity.NORMAL, "VersionMade", "v002");
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void whatIsThereAlreadyHasBeenTold() {
    server.answer(request -> CONFLICT);
    warn("no");
    warn("no");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void whatCouldNotBeToldIsTriedAgainAndHarmsNobody() {
    server.answer(request -> FORBIDDEN);
    warn("no");
    warn("no");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aLongNameIsCut() {
    JsonNode longest =
        json(
            "{\"metadata\": {\"name\": \"%s\", \"namespace\": \"shop\"}}"
                .formatted("a".repeat(253)));
    events.tell(longest, Severity.NORMAL, "VersionMade", "v001");
    assertThat(json(last().body()).at("/metadata/name").asText())
        .matches("a{200}\\..*")
        .hasSizeLessThan(253);
  }
}
