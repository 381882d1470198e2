package dev.lockstep.controller.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RateLimitingQueueTest {
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void whatIsAddedWhileItRunsRunsOnceMore() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    RateLimitingQueue<String> queue =
        new RateLimitingQueue<>(
            executor,
            item -> {
              started.countDown();
              await().until(() -> goOn.getCount() == 0);
              runs.incrementAndGet();
              return true;
            });
    queue.add("a");
    started.await();
    queue.add("a");
    queue.add("a");
    goOn.countDown();
    await().until(() -> runs.get() == 2);
  }

  @Test
  void whatFailsComesBack() {
    AtomicInteger runs = new AtomicInteger();
    RateLimitingQueue<String> queue =
        new RateLimitingQueue<>(executor, item -> runs.incrementAndGet() == 3);
    queue.add("a");
    await().until(() -> runs.get() == 3);
  }

  @Test
  void anErrorIsNoEnd() {
    AtomicInteger runs = new AtomicInteger();
    RateLimitingQueue<String> queue =
        new RateLimitingQueue<>(
            executor,
            item -> {
              if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
              }
              return true;
            });
    queue.add("a");
    await().until(() -> runs.get() == 2);
    assertThat(runs).hasValue(2);
  }
}
