package dev.lockstep.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Steady admissions, as a program of its own: a node's API server is reached from inside alone. Dry
 * runs of new ConfigMaps, each of which the webhook has to answer, until standard input ends.
 * Prints {@code began} after the first that went well, a line for each that failed, and in the end
 * {@code admitted COUNT}.
 */
final class NodeLoad {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int THREADS = 20;
  private static final String CONFIG_MAP =
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"load-%1$d\"},"
          + "\"data\":{\"NUMBER\":\"%1$d\"}}";

  /**
   * kubectl's proxy can't offer HTTP/2 on such a connection, and takes the question for an upgrade.
   */
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger admitted = new AtomicInteger();
  private final URI url;

  private NodeLoad(URI url) {
    this.url = url;
  }

  /**
   * @param arguments the URL of a {@code kubectl proxy}, a namespace, admissions a second
   */
  public static void main(String[] arguments) throws Exception {
    NodeLoad load =
        new NodeLoad(
            URI.create(
                arguments[0]
                    + "/api/v1/namespaces/"
                    + arguments[1]
                    + "/configmaps?dryRun=All&timeout=30s"));
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    long pauseMillis = 1000 / Integer.parseInt(arguments[2]);
    for (int thread = 0; thread < THREADS; thread++) {
      threads.scheduleAtFixedRate(
          load::admit, thread * pauseMillis, THREADS * pauseMillis, TimeUnit.MILLISECONDS);
    }
    while (System.in.read() >= 0) {
      // Only its end says something.
    }
    threads.shutdown();
    threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    System.out.println("admitted " + load.admitted.get());
    System.exit(0);
  }

  private void admit() {
    int number = sent.incrementAndGet();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(CONFIG_MAP.formatted(number)))
            .build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 201 || !response.body().contains("lockstep.dev/version")) {
        System.out.println("failed: " + response.statusCode() + " " + response.body().strip());
      } else if (admitted.incrementAndGet() == 1) {
        System.out.println("began");
      }
    } catch (IOException e) {
      System.out.println("failed: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
