package dev.lockstep.controller.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is repeated goes on, whatever happens in it. */
class PeriodicTaskTest {
  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void itRunsAgainAfterAnyException() throws InterruptedException {
    CountDownLatch runs = new CountDownLatch(4);
    PeriodicTask.start(
        "test",
        executor,
        Duration.ZERO,
        Duration.ofMillis(1),
        () -> {
          runs.countDown();
          if (runs.getCount() == 3) {
            throw new IllegalStateException("an exception that the test wants");
          }
          if (runs.getCount() == 2) {
            throw new AssertionError("an error that the test wants");
          }
        });
    assertThat(runs.await(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void itEndsWhenItsWorkIsDone() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    PeriodicTask.startUntil(
        "test",
        executor,
        Duration.ZERO,
        Duration.ofMillis(1),
        () -> {
          if (runs.incrementAndGet() == 1) {
            throw new IllegalStateException("an exception that the test wants");
          }
          return runs.get() == 3;
        });
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(true);
    executor.shutdown();
    assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    assertThat(runs).hasValue(3);
  }
}
