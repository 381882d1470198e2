package dev.lockstep.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.version.ApiCallException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private static final int KIBIBYTE = 1024;

  private final ByteBudget budget = new ByteBudget(10 * KIBIBYTE);

  @Test
  void whatIsTakenIsNotFreeUntilItIsGivenBack() {
    Runnable giveBack = budget.tryTake(6 * KIBIBYTE).orElseThrow();

    assertThat(budget.tryTake(6 * KIBIBYTE)).isEmpty();
    giveBack.run();
    assertThat(budget.tryTake(6 * KIBIBYTE)).isPresent();
  }

  @Test
  void whoWaitsTooLongForOthersIsTold() {
    Runnable giveBack = budget.tryTake(6 * KIBIBYTE).orElseThrow();
    Weight half = new Weight(6 * KIBIBYTE);

    assertThatThrownBy(() -> budget.with(half, Duration.ofMillis(1), () -> "done"))
        .isInstanceOf(ApiCallException.class);
    giveBack.run();
    assertThat(budget.with(half, Duration.ofMillis(1), () -> "done")).isEqualTo("done");
  }

  @Test
  void whatIsMoreThanThereIsIsRefusedAtOnce() {
    Weight whole = new Weight(11 * KIBIBYTE);

    assertThatThrownBy(() -> budget.with(whole, Duration.ofMillis(1), () -> "done"))
        .isInstanceOf(TooLargeException.class);
    assertThatThrownBy(() -> budget.tryTake(Long.MAX_VALUE)).isInstanceOf(TooLargeException.class);
  }

  @Test
  void whatIsSmallAsTextAndLargeAsATreeWeighsAsMuchAsTheTree() {
    ReviewReader reader = new ReviewReader();
    byte[] objects = ("[" + "{},".repeat(100_000) + "{}]").getBytes(UTF_8);
    byte[] text = ("\"" + "x".repeat(objects.length - 2) + "\"").getBytes(UTF_8);

    assertThat(reader.weigh(objects).bytes()).isGreaterThan(50L * objects.length);
    assertThat(reader.weigh(text).bytes()).isLessThan(4L * text.length);
  }

  @Test
  void whatIsNoJsonIsNotEvenWeighed() {
    byte[] cutOff = ("[" + "{},".repeat(100_000)).getBytes(UTF_8);

    assertThatThrownBy(() -> new ReviewReader().weigh(cutOff))
        .isInstanceOf(MalformedReviewException.class);
  }
}
