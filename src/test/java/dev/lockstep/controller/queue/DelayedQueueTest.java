package dev.lockstep.controller.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.simulation.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When items come. */
class DelayedQueueTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofSeconds(60);

  private final VirtualTime time = new VirtualTime();
  private final List<String> come = new ArrayList<>();
  private final DelayedQueue<String> queue = new DelayedQueue<>(time.executor, time, come::add);

  private void note(String item, Duration in) {
    queue.note(item, time.instant().plus(in));
  }

  @Test
  void anItemComesAtItsTimeAndOnce() {
    note("a", SOON);
    time.pass(SOON.minusMillis(1));
    assertThat(come).isEmpty();
    time.pass(Duration.ofMillis(1));
    assertThat(come).containsExactly("a");
    time.pass(LATER);
    assertThat(come).containsExactly("a");
  }

  @Test
  void itemsDoNotWaitForEachOther() {
    note("a", LATER);
    note("b", SOON);
    time.pass(LATER);
    assertThat(come).containsExactly("b", "a");
  }

  @Test
  void anEarlierTimeTakesThePlaceOfALaterOne() {
    note("a", LATER);
    note("a", SOON);
    time.pass(SOON);
    assertThat(come).containsExactly("a");
    time.pass(LATER);
    assertThat(come).containsExactly("a");
  }

  @Test
  void aLaterTimePutsNothingOff() {
    note("a", SOON);
    note("a", LATER);
    time.pass(SOON);
    assertThat(come).containsExactly("a");
    time.pass(LATER);
    assertThat(come).containsExactly("a");
  }

  @Test
  void whatIsPastComesNow() {
    note("a", SOON.negated());
    time.pass(Duration.ZERO);
    assertThat(come).containsExactly("a");
  }

  @Test
  void anItemThatHasComeCanBeNotedAgain() {
    note("a", SOON);
    time.pass(SOON);
    note("a", SOON);
    time.pass(SOON);
    assertThat(come).containsExactly("a", "a");
  }

  @Test
  void whatIsClearedDoesNotCome() {
    note("a", SOON);
    queue.clear();
    time.pass(LATER);
    assertThat(come).isEmpty();
  }

  @Test
  void whatIsNotedAfterThatComesAtItsOwnTime() {
    note("a", SOON);
    queue.clear();
    note("a", LATER);
    time.pass(SOON);
    assertThat(come).isEmpty();
    time.pass(LATER);
    assertThat(come).containsExactly("a");
  }
}
