package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.RequestDeadline;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryOnNoAnswerTest {
  private static final Duration A_REVIEW = Duration.ofHours(1);
  private static final String CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps";

  private int attempts;

  /** Of a call that is answered only by the attempt with this number. */
  private String answeredBy(int attempt, int code) {
    if (++attempts < attempt) {
      throw new ApiServerException(code, "no answer from the API server (too late)");
    }
    return "answer";
  }

  private String call(String verb, String path, int attempt, int code) {
    return RequestDeadline.within(
        A_REVIEW, () -> RetryOnNoAnswer.call(verb, path, () -> answeredBy(attempt, code)));
  }

  @ParameterizedTest
  @CsvSource({
    "get, /api/v1/namespaces/shop/configmaps/app-config",
    "list, /apis/apps/v1/namespaces/shop/replicasets?limit=100",
    "create, /api/v1/namespaces/shop/events?fieldManager=lockstep&dryRun=All",
    "create, /api/v1/namespaces/shop/configmaps?fieldManager=lockstep",
    "create, /api/v1/namespaces/shop/secrets?fieldManager=lockstep"
  })
  void whatCanBeDoneTwiceIsMadeAgain(String verb, String path) {
    assertThat(call(verb, path, 3, ApiServerException.NO_ANSWER)).isEqualTo("answer");
    assertThat(attempts).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "patch, /api/v1/namespaces/shop/configmaps/app-config?fieldManager=lockstep",
    "delete, /api/v1/namespaces/shop/configmaps/app-config-v000",
    "create, /api/v1/namespaces/shop/events?fieldManager=lockstep"
  })
  void whatMayHaveBeenDoneIsNot(String verb, String path) {
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(() -> call(verb, path, 2, ApiServerException.NO_ANSWER));
    assertThat(attempts).isOne();
  }

  @Test
  void anAnswerIsOneWhateverItSays() {
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(() -> call("get", CONFIG_MAPS, 2, 503));
    assertThat(attempts).isOne();
  }

  @Test
  void afterThreeAttemptsItIsTold() {
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(() -> call("get", CONFIG_MAPS, 9, ApiServerException.NO_ANSWER));
    assertThat(attempts).isEqualTo(3);
  }

  @Test
  void whereNobodyWaitsOrTheTimeIsOverItIsNotMadeAgain() {
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(
            () ->
                RetryOnNoAnswer.call(
                    "get", CONFIG_MAPS, () -> answeredBy(2, ApiServerException.NO_ANSWER)));
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(
            () ->
                RequestDeadline.within(
                    Duration.ZERO,
                    () ->
                        RetryOnNoAnswer.call(
                            "get",
                            CONFIG_MAPS,
                            () -> answeredBy(9, ApiServerException.NO_ANSWER))));
    assertThat(attempts).isEqualTo(2);
  }
}
