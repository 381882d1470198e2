package dev.lockstep.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Admissions through the API server, so many a second: ConfigMaps that change, and a Deployment
 * that would. Straight to the API: kubectl is a process each time.
 */
final class Load implements AutoCloseable {
  /** ConfigMaps {@code load-0}, …, so that requests don't wait for each other. */
  static final int HEADS = 10;

  private static final int CONTENTS = 3;
  private static final int THREADS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final HttpClient client;
  private final String namespace;
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger admitted = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();

  /** Begins at once; what it changes is made before. */
  Load(Shop shop, int perSecond) {
    RealCluster cluster = shop.cluster();
    StringBuilder objects = new StringBuilder();
    for (int head = 0; head < HEADS; head++) {
      objects.append(Manifests.configMap("load-" + head, "FOO", "0"));
    }
    shop.apply(objects + Manifests.workload("Deployment", "load", "app:0", "load-0"));
    client = HttpClient.newBuilder().sslContext(Pem.administrator(cluster)).build();
    namespace = cluster.read("ready").strip() + "%s/namespaces/" + shop.name();
    // One schedule a thread: a request that takes long keeps none of the others.
    for (int thread = 0; thread < THREADS; thread++) {
      threads.scheduleAtFixedRate(
          this::one,
          TimeUnit.SECONDS.toMicros(thread) / perSecond,
          TimeUnit.SECONDS.toMicros(THREADS) / perSecond,
          TimeUnit.MICROSECONDS);
    }
  }

  private void one() {
    int number = sent.incrementAndGet();
    boolean workload = number % 4 == 0;
    String url =
        workload
            ? namespace.formatted("/apis/apps/v1") + "/deployments/load?dryRun=All"
            : namespace.formatted("/api/v1") + "/configmaps/load-" + number % HEADS;
    String patch =
        workload
            ? "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"number\":\"%d\"}}}}}"
                .formatted(number)
            : "{\"data\":{\"FOO\":\"%d\"}}".formatted(number % CONTENTS);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(PATIENCE)
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(patch))
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        admitted.incrementAndGet();
      } else {
        failures.add(number + ": " + response.statusCode() + " " + response.body());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) { // Whatever it is, the schedule goes on.
      failures.add(number + ": " + e);
    }
  }

  int admitted() {
    return admitted.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Ends it; what is under way is waited for. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a request has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
