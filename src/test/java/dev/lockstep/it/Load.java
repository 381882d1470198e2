package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Admissions through the API server without a pause, and what became of them. */
final class Load implements AutoCloseable {
  private static final int IN_ONE_REQUEST = 10;

  private final Shop shop;
  private final AtomicInteger admitted = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isOver;

  private Load(Shop shop) {
    this.shop = shop;
  }

  static Load on(Shop shop, int threads) {
    Load load = new Load(shop);
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(load::run, "load-" + i);
      thread.setDaemon(true);
      load.threads.add(thread);
      thread.start();
    }
    load.awaitMore();
    return load;
  }

  private void run() {
    String manifests =
        IntStream.range(0, IN_ONE_REQUEST)
            .mapToObj(i -> Manifests.configMap("load-" + i, "FOO", "bar"))
            .collect(Collectors.joining());
    while (!isOver) {
      // Nothing persists, so each is a create that has to be admitted.
      Result result = shop.tryKubectl(manifests, "create", "--dry-run=server", "-f", "-");
      if (result.exit() == 0) {
        admitted.addAndGet(IN_ONE_REQUEST);
      } else {
        failures.add(result.err());
      }
    }
  }

  /** Until the API server has asked anew. */
  void awaitMore() {
    int before = admitted.get() + failures.size();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> admitted.get() + failures.size() > before + 2 * threads.size());
  }

  List<String> failures() {
    return failures;
  }

  @Override
  public void close() {
    isOver = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
