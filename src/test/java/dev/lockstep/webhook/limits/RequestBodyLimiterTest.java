package dev.lockstep.webhook.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestBodyLimiterTest {
  private static final int MEBIBYTE = 1024 * 1024;

  private final RequestBodyLimiter places = new RequestBodyLimiter(10 * MEBIBYTE);
  private final List<String> taken = new ArrayList<>();

  private RequestBodyLimiter.Place take(String name, int bytes) {
    return places.take(bytes, place -> taken.add(name));
  }

  @Test
  void whoFindsNoPlaceGetsItsOwnInItsTurn() {
    RequestBodyLimiter.Place first = take("first", 6 * MEBIBYTE);
    RequestBodyLimiter.Place second = take("second", 6 * MEBIBYTE);
    take("third", 4 * MEBIBYTE);

    assertThat(taken).containsExactly("first");
    assertThat(second.isTaken()).isFalse();
    first.leave();
    assertThat(taken).containsExactly("first", "second", "third");
    assertThat(second.isTaken()).isTrue();
  }

  @Test
  void whoLeavesTheLineIsInNobodysWay() {
    take("first", 6 * MEBIBYTE);
    RequestBodyLimiter.Place second = take("second", 6 * MEBIBYTE);
    take("third", 4 * MEBIBYTE);

    second.leave();

    assertThat(taken).containsExactly("first", "third");
  }

  @Test
  void aPlaceIsGivenBackOnce() {
    RequestBodyLimiter.Place first = take("first", 6 * MEBIBYTE);
    first.leave();
    first.leave();

    take("second", 6 * MEBIBYTE);
    take("third", 6 * MEBIBYTE);

    assertThat(taken).containsExactly("first", "second");
  }

  @Test
  void smallOnesDoNotStandInLine() {
    take("first", 6 * MEBIBYTE);
    take("second", 6 * MEBIBYTE);

    take("small", 2000);

    assertThat(taken).containsExactly("first", "small");
  }

  @Test
  void whatIsMoreThanThereIsIsRefusedAtOnce() {
    assertThatThrownBy(() -> take("all", 11 * MEBIBYTE)).isInstanceOf(TooLargeException.class);
  }
}
