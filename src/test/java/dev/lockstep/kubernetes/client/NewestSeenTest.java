package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class NewestSeenTest {
  private final NewestSeen newest = new NewestSeen();

  @Test
  void aNumberThatNoAnswerHadIsNotBelieved() {
    assertThat(newest.covers("1")).isFalse();

    newest.note(answer("41"));
    newest.note(answer("42"));
    newest.note(answer("7"));
    newest.note(JsonNodeFactory.instance.missingNode());

    assertThat(newest.covers("42")).isTrue();
    assertThat(newest.covers("43")).isFalse();
    assertThat(newest.covers("999999999999")).isFalse();
    assertThat(newest.covers("99999999999999999999999")).isFalse();
    assertThat(newest.covers("")).isFalse();
    assertThat(newest.covers("-5")).isFalse();
  }

  private static ObjectNode answer(String resourceVersion) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.putObject("metadata").put("resourceVersion", resourceVersion);
    return answer;
  }
}
