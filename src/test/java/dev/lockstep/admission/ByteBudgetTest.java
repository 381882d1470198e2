package dev.lockstep.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.version.ApiCallException;
import java.time.Duration;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private static final int KIBIBYTE = 1024;

  private final ByteBudget budget = new ByteBudget(10 * KIBIBYTE);

  @Test
  void whoWaitsTooLongForOthersIsTold() {
    Weight half = new Weight(6 * KIBIBYTE);

    assertThatThrownBy(() -> whileTaken(half, () -> taking(half)))
        .isInstanceOf(ApiCallException.class);
    assertThat(taking(half)).isEqualTo("done");
  }

  private String whileTaken(Weight weight, Supplier<String> work) {
    return budget.with(weight, Duration.ofMillis(1), work);
  }

  private String taking(Weight weight) {
    return whileTaken(weight, () -> "done");
  }

  @Test
  void whatIsMoreThanThereIsIsRefusedAtOnce() {
    Weight whole = new Weight(11 * KIBIBYTE);

    assertThatThrownBy(() -> budget.with(whole, Duration.ofMillis(1), () -> "done"))
        .isInstanceOf(TooLargeException.class);
  }

  @Test
  void whatIsSmallAsTextAndLargeAsATreeWeighsAsMuchAsTheTree() {
    ReviewReader reader = new ReviewReader();
    byte[] objects = ("[" + "{},".repeat(100_000) + "{}]").getBytes(UTF_8);
    byte[] text = ("\"" + "x".repeat(objects.length - 2) + "\"").getBytes(UTF_8);

    assertThat(reader.weigh(objects).bytes()).isGreaterThan(50L * objects.length);
    assertThat(reader.weigh(text).bytes()).isLessThan(6L * text.length);
  }

  @Test
  void whatIsNoJsonIsNotEvenWeighed() {
    byte[] cutOff = ("[" + "{},".repeat(100_000)).getBytes(UTF_8);

    assertThatThrownBy(() -> new ReviewReader().weigh(cutOff))
        .isInstanceOf(MalformedReviewException.class);
  }
}
