package dev.lockstep.webhook.limits;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.webhook.AdmissionReviewReader;
import dev.lockstep.webhook.MalformedReviewException;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class MemoryLimiterTest {
  private static final int KIBIBYTE = 1024;

  private final MemoryLimiter budget = new MemoryLimiter(10 * KIBIBYTE);

  @Test
  void whoWaitsTooLongForOthersIsTold() {
    MemoryEstimate half = new MemoryEstimate(6 * KIBIBYTE);

    assertThatThrownBy(() -> whileTaken(half, () -> taking(half)))
        .isInstanceOf(ApiServerException.class);
    assertThat(taking(half)).isEqualTo("done");
  }

  private String whileTaken(MemoryEstimate weight, Supplier<String> work) {
    return budget.with(weight, Duration.ofMillis(1), work);
  }

  private String taking(MemoryEstimate weight) {
    return whileTaken(weight, () -> "done");
  }

  @Test
  void whatIsMoreThanThereIsIsRefusedAtOnce() {
    MemoryEstimate whole = new MemoryEstimate(11 * KIBIBYTE);

    assertThatThrownBy(() -> budget.with(whole, Duration.ofMillis(1), () -> "done"))
        .isInstanceOf(TooLargeException.class);
  }

  @Test
  void whatIsSmallAsTextAndLargeAsATreeWeighsAsMuchAsTheTree() {
    AdmissionReviewReader reader = new AdmissionReviewReader();
    byte[] objects = ("[" + "{},".repeat(100_000) + "{}]").getBytes(UTF_8);
    byte[] text = ("\"" + "x".repeat(objects.length - 2) + "\"").getBytes(UTF_8);

    assertThat(reader.weigh(objects).bytes()).isGreaterThan(50L * objects.length);
    assertThat(reader.weigh(text).bytes()).isLessThan(6L * text.length);
  }

  @Test
  void whatIsNoJsonIsNotEvenWeighed() {
    byte[] cutOff = ("[" + "{},".repeat(100_000)).getBytes(UTF_8);

    assertThatThrownBy(() -> new AdmissionReviewReader().weigh(cutOff))
        .isInstanceOf(MalformedReviewException.class);
  }
}
