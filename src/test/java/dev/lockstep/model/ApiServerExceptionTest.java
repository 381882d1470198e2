package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Words that may quote a Secret are for who sent it alone. */
class ApiServerExceptionTest {
  private static final String WORDS = "no hunter2 here";

  @Test
  void confidentialWordsAreNotToldToOthers() {
    ApiServerException refusal = ApiServerException.confidential(422, WORDS);
    assertThat(refusal).hasMessage(WORDS);
    assertThat(refusal.discreet()).hasMessageNotContaining("hunter2").hasMessageContaining("422");
    assertThat(refusal.discreet().isRefusal()).isTrue();
  }

  @Test
  void otherWordsAreTold() {
    assertThat(new ApiServerException(403, "exceeded quota").discreet())
        .hasMessage("exceeded quota");
  }
}
