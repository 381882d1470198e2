package dev.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** How long a call may take. */
class RequestDeadlineTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofHours(1);

  private static Duration timeFor(Duration atMost) {
    return RequestDeadline.timeFor(atMost);
  }

  @Test
  void withoutADeadlineACallMayTakeItsOwnTime() {
    assertThat(timeFor(LONG)).isEqualTo(LONG);
    assertThat(RequestDeadline.hasTimeLeft()).isFalse();
  }

  @Test
  void aCallMayTakeWhatIsLeftAndNoMoreThanItsOwnTime() {
    assertThat(RequestDeadline.within(SHORT, () -> timeFor(LONG)))
        .isPositive()
        .isLessThanOrEqualTo(SHORT);
    assertThat(RequestDeadline.within(LONG, () -> timeFor(SHORT))).isEqualTo(SHORT);
    assertThat(RequestDeadline.within(LONG, RequestDeadline::hasTimeLeft)).isTrue();
  }

  @Test
  void afterTheDeadlineNothingIsCalled() {
    assertThat(RequestDeadline.within(Duration.ZERO, RequestDeadline::hasTimeLeft)).isFalse();
    assertThatThrownBy(() -> RequestDeadline.within(Duration.ZERO, () -> timeFor(LONG)))
        .isInstanceOfSatisfying(
            ApiServerException.class,
            e -> assertThat(e.reason()).isEqualTo(ApiServerException.Reason.NO_ANSWER));
  }

  @Test
  void itEndsWithItsWorkHoweverThatEnds() {
    assertThatThrownBy(
            () ->
                RequestDeadline.within(
                    Duration.ZERO,
                    () -> {
                      throw new IllegalStateException("an error that the test wants");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(timeFor(LONG)).isEqualTo(LONG);
  }

  @Test
  void whatStandsAroundItCountsAgainAfterIt() {
    assertThat(
            RequestDeadline.<Boolean>within(
                LONG,
                () -> {
                  RequestDeadline.within(Duration.ZERO, RequestDeadline::hasTimeLeft);
                  return RequestDeadline.hasTimeLeft();
                }))
        .isTrue();
  }

  @Test
  void aTaskHasTheDeadlineOfWhoSubmittedIt() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Queue<Boolean> seen = new ArrayDeque<>();
    RequestDeadline.within(
        LONG,
        () -> {
          RequestDeadline.carriedTo(tasks::add)
              .execute(() -> seen.add(RequestDeadline.hasTimeLeft()));
          return null;
        });
    RequestDeadline.carriedTo(tasks::add).execute(() -> seen.add(RequestDeadline.hasTimeLeft()));

    tasks.forEach(Runnable::run);

    assertThat(seen).containsExactly(true, false);
    assertThat(timeFor(LONG)).isEqualTo(LONG);
  }
}
