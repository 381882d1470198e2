package dev.lockstep.webhook.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class HttpReplyTest {
  private static Map<String, String> headers(HttpReply reply) {
    Map<String, String> headers = new TreeMap<>();
    reply.headers().forEach((name, value) -> headers.put(name.toString(), value.toString()));
    return headers;
  }

  @Test
  void aReviewComesAsJson() {
    HttpReply reply = HttpReply.json("{}".getBytes(StandardCharsets.UTF_8));
    assertThat(reply.code()).isEqualTo(200);
    assertThat(headers(reply)).isEqualTo(Map.of("content-type", "application/json"));
    assertThat(reply.body()).hasToString("{}");
  }

  @Test
  void aSentenceSaysWhoSaysIt() {
    HttpReply reply = HttpReply.sentence(404, "nothing is here.");
    assertThat(reply.code()).isEqualTo(404);
    assertThat(headers(reply)).isEqualTo(Map.of("content-type", "text/plain"));
    assertThat(reply.body()).hasToString("lockstep: nothing is here.\n");
  }

  @Test
  void whoMayComeAgainIsToldWhen() {
    HttpReply reply = HttpReply.comeAgain("no room.");
    assertThat(reply.code()).isEqualTo(503);
    assertThat(headers(reply)).containsEntry("retry-after", "1");
  }

  @Test
  void whoUsesAnotherMethodIsToldWhich() {
    HttpReply reply = HttpReply.only("POST", "by POST only.");
    assertThat(reply.code()).isEqualTo(405);
    assertThat(headers(reply)).containsEntry("allow", "POST");
  }
}
