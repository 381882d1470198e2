package dev.lockstep.controller.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who works, and what comes again. */
class LeaderTasksTest {
  private final LeaderTasks tasks = new LeaderTasks();
  private final AtomicInteger runs = new AtomicInteger();

  private boolean attempt(Runnable work) {
    return tasks.attempt(LogContext.namespace("shop"), "a test", work);
  }

  @Test
  void whoDoesNotLeadDoesNothingAndDoesNotTryAgain() {
    assertThat(attempt(runs::incrementAndGet)).isTrue();
    assertThat(runs).hasValue(0);
  }

  @Test
  void whoLeadsWorksUntilItStops() {
    tasks.leading(true);
    assertThat(attempt(runs::incrementAndGet)).isTrue();
    tasks.leading(false);
    attempt(runs::incrementAndGet);
    assertThat(runs).hasValue(1);
    assertThat(tasks.failures()).isZero();
  }

  @Test
  void whatFailsIsCountedAndTriedAgain() {
    tasks.leading(true);
    assertThat(
            attempt(
                () -> {
                  throw new ApiServerException(503, "the test's API server is away");
                }))
        .isFalse();
    assertThat(
            attempt(
                () -> {
                  throw new IllegalStateException("an error that the test wants");
                }))
        .isFalse();
    assertThat(tasks.failures()).isEqualTo(2);
  }
}
