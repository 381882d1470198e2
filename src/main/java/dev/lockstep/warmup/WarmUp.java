package dev.lockstep.warmup;

import dev.lockstep.app.Lockstep;
import dev.lockstep.app.WebhookKeyStoreProvider;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.webhook.WarmUpWebhooks;
import io.quarkus.vertx.http.HttpsServerStart;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpResponseExpectation;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Asks the server itself before it is ready, over TLS as API servers do, so that who comes first
 * finds everything loaded and compiled. It takes a bounded time, and nothing that goes wrong with
 * it keeps the server from being ready: the first reviews are slower then.
 */
@Singleton
public class WarmUp {
  private static final Logger LOG = Logger.getLogger(WarmUp.class);

  /** The leader makes a certificate later than the server listens. */
  private static final Duration FOR_A_CERTIFICATE = Duration.ofSeconds(5);

  /**
   * So long nobody else's work gets what it takes of the CPU, and a rolling update waits for it;
   * what is compiled by then is most of what will be needed.
   */
  private static final Duration LONGEST = Duration.ofSeconds(1);

  private static final int CONNECTIONS = 10;
  private static final int REVIEWS_ON_EACH = 50;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final WarmUpWebhooks webhooks;
  private final SampleReviews objects;
  private final ServingCertificate served;
  private final Vertx vertx;

  WarmUp(
      WarmUpWebhooks webhooks,
      Lockstep lockstep,
      @Identifier("webhook") WebhookKeyStoreProvider certificates,
      Vertx vertx) {
    this.webhooks = webhooks;
    this.objects = lockstep.warmUpObjects();
    this.served = certificates.served();
    this.vertx = vertx;
  }

  public boolean isOver() {
    return webhooks.isOver();
  }

  public void listening(@ObservesAsync HttpsServerStart server) {
    long begun = System.nanoTime();
    int answered = 0;
    try {
      while (served.chain().isEmpty() && System.nanoTime() - begun < FOR_A_CERTIFICATE.toNanos()) {
        Thread.sleep(PAUSE.toMillis());
      }
      begun = System.nanoTime();
      for (int i = 0; i < CONNECTIONS; i++) {
        HttpClient client = vertx.createHttpClient(itself(server));
        try {
          for (SampleReviews.Review review : objects.reviews(REVIEWS_ON_EACH)) {
            Duration left = LONGEST.minusNanos(System.nanoTime() - begun);
            send(client, review)
                .toCompletionStage()
                .toCompletableFuture()
                .get(left.toNanos(), TimeUnit.NANOSECONDS);
            answered++;
          }
        } finally {
          client.close();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | UnknownHostException | RuntimeException e) {
      // Callers may have to show a certificate, which we have not.
      LOG.debug("not all of the warm-up was done, so the first reviews may take longer", e);
    } finally {
      webhooks.end();
      LOG.debugf(
          "warmed up with %d reviews in %d ms", answered, (System.nanoTime() - begun) / 1_000_000);
    }
  }

  private static Future<?> send(HttpClient client, SampleReviews.Review review) {
    return client
        .request(HttpMethod.POST, WarmUpWebhooks.PATH + review.path())
        .compose(
            request ->
                request
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .send(review.body())
                    .expecting(HttpResponseExpectation.SC_OK)
                    .compose(HttpClientResponse::body));
  }

  private static HttpClientOptions itself(HttpsServerStart server) throws UnknownHostException {
    InetAddress listens = InetAddress.getByName(server.options().getHost());
    InetAddress address = listens.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : listens;
    return new HttpClientOptions()
        .setDefaultHost(address.getHostAddress())
        .setDefaultPort(server.options().getPort())
        .setSsl(true)
        // Whoever answers here, nothing is told to him, and nothing believed.
        .setTrustAll(true)
        .setVerifyHost(false)
        .setMaxPoolSize(1);
  }
}
