package dev.lockstep.webhook.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.callers.LookOnDemand;
import dev.lockstep.callers.PathPrefix;
import dev.lockstep.callers.ServedPaths;
import dev.lockstep.callers.Serving;
import dev.lockstep.callers.WebhookPath;
import dev.lockstep.webhook.WarmUpWebhooks;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What does not get as far as a webhook, and why. */
class RequestFilterTest {
  private static final int LARGEST = 100_000;
  private static final String HEADS = WebhookPath.HEADS.path();

  private final Vertx vertx = Vertx.vertx();
  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
  private final BlockingQueue<RoutingContext> admitted = new LinkedBlockingQueue<>();
  private final ServedPaths served = new ServedPaths();
  private final WarmUpWebhooks warmUp = new WarmUpWebhooks(null, null);
  private final CountDownLatch shown = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile Runnable look = () -> {};
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    Serving.only(served, PathPrefix.FIXED);
    LookOnDemand unknown = new LookOnDemand(() -> look.run(), executor, Duration.ZERO, 1);
    RequestFilter filter =
        new RequestFilter(0, LARGEST, warmUp, new CallerPaths(served, unknown, shown::countDown));
    Filters filters = new Filters();
    filter.register(filters);
    Router router = Router.router(vertx);
    filters.getFilters().forEach(each -> router.route().handler(each.getHandler()));
    router.post().handler(admitted::add);
    server =
        vertx
            .createHttpServer()
            // As Quarkus does: nothing is read before somebody wants it.
            .requestHandler(request -> router.handle(request.pause()))
            .listen(0, InetAddress.getLoopbackAddress().getHostAddress())
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
  }

  @AfterEach
  void stop() throws Exception {
    executor.shutdownNow();
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create(
                "http://%s:%d%s"
                    .formatted(
                        InetAddress.getLoopbackAddress().getHostAddress(),
                        server.actualPort(),
                        path)))
        .version(HttpClient.Version.HTTP_1_1)
        .timeout(Duration.ofMinutes(1))
        .header("Content-Type", "application/json; charset=utf-8");
  }

  private CompletableFuture<HttpResponse<String>> post(String path, BodyPublisher body) {
    return client.sendAsync(request(path).POST(body).build(), BodyHandlers.ofString());
  }

  private static BodyPublisher bytes(int count) {
    return BodyPublishers.ofByteArray(new byte[count]);
  }

  private RoutingContext nextAdmitted() throws InterruptedException {
    RoutingContext context = admitted.poll(1, TimeUnit.MINUTES);
    assertThat(context).isNotNull();
    return context;
  }

  private void isRefused(HttpResponse<String> response, int code, String sentence) {
    assertThat(response.statusCode()).isEqualTo(code);
    assertThat(response.body()).isEqualTo("lockstep: " + sentence + "\n");
    assertThat(admitted).isEmpty();
  }

  @Test
  void aReviewIsHandedOnWithItsBodyAndItsWebhook() throws Exception {
    CompletableFuture<HttpResponse<String>> answer = post(HEADS, BodyPublishers.ofString("{}"));
    RoutingContext context = nextAdmitted();
    assertThat(RequestBody.of(context).peek()).asString(StandardCharsets.UTF_8).isEqualTo("{}");
    assertThat(RequestBody.of(context).take()).asString(StandardCharsets.UTF_8).isEqualTo("{}");
    assertThat(RequestBody.of(context).peek()).isEmpty();
    assertThat(AskedWebhook.of(context).webhook()).contains(WebhookPath.HEADS);
    assertThat(AskedWebhook.of(context).isWarmUp()).isFalse();
    context.response().end("done");
    assertThat(answer.get(1, TimeUnit.MINUTES).body()).isEqualTo("done");
  }

  @Test
  void onARootThatIsServedTheReviewSaysWhichWebhookItIsFor() throws Exception {
    Serving.only(served, PathPrefix.ROOT);
    post("/", BodyPublishers.ofString("{}"));
    assertThat(AskedWebhook.of(nextAdmitted()).webhook()).isEmpty();
  }

  @Test
  void theServersOwnPathsAreThereUntilItIsWarm() throws Exception {
    post(WarmUpWebhooks.PATH + HEADS, bytes(1));
    assertThat(AskedWebhook.of(nextAdmitted()).isWarmUp()).isTrue();
    warmUp.end();
    isRefused(
        post(WarmUpWebhooks.PATH + HEADS, bytes(1)).get(1, TimeUnit.MINUTES),
        404,
        "nothing is here.");
  }

  @Test
  void onOtherPathsThereIsNothing() throws Exception {
    isRefused(post("/healthz", bytes(1)).get(1, TimeUnit.MINUTES), 404, "nothing is here.");
    isRefused(
        client.send(request("/").GET().build(), BodyHandlers.ofString()), 404, "nothing is here.");
  }

  @Test
  void aPathThatIsUnknownIsLookedForOnce() throws Exception {
    Serving.only(served);
    AtomicInteger looks = new AtomicInteger();
    look = looks::incrementAndGet;
    isRefused(post(HEADS, bytes(1)).get(1, TimeUnit.MINUTES), 404, "nothing is here.");
    assertThat(looks).hasValue(1);
    look = () -> Serving.only(served, PathPrefix.FIXED);
    post(HEADS, bytes(1));
    assertThat(AskedWebhook.of(nextAdmitted()).webhook()).contains(WebhookPath.HEADS);
  }

  @Test
  void reviewsComeByPostOnly() throws Exception {
    HttpResponse<String> response =
        client.send(request(HEADS).GET().build(), BodyHandlers.ofString());
    isRefused(response, 405, "webhooks are called by POST only.");
    assertThat(response.headers().firstValue("Allow")).contains("POST");
  }

  @Test
  void aReviewHasToSayItsLength() throws Exception {
    BodyPublisher chunked =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[1]));
    isRefused(
        post(HEADS, chunked).get(1, TimeUnit.MINUTES),
        411,
        "a review has to come with its length.");
  }

  @Test
  void aReviewCanBeTooLong() throws Exception {
    isRefused(
        post(HEADS, bytes(LARGEST + 1)).get(1, TimeUnit.MINUTES),
        413,
        "a review can have up to 100000 bytes.");
  }

  @Test
  void aReviewIsJson() throws Exception {
    HttpRequest yaml =
        request(HEADS).setHeader("Content-Type", "application/yaml").POST(bytes(1)).build();
    isRefused(
        client.send(yaml, BodyHandlers.ofString()),
        415,
        "an AdmissionReview has to come as application/json.");
  }

  @Test
  void aLargeBodyWaitsUntilThereIsRoomForIt() throws Exception {
    post(HEADS, bytes(LARGEST));
    RoutingContext first = nextAdmitted();
    CompletableFuture<HttpResponse<String>> answer = post(HEADS, bytes(LARGEST));
    first.response().end();
    RoutingContext second = nextAdmitted();
    assertThat(first.response().ended()).isTrue();
    assertThat(RequestBody.of(second).peek()).hasSize(LARGEST);
    second.response().end("done");
    assertThat(answer.get(1, TimeUnit.MINUTES).body()).isEqualTo("done");
  }

  @Test
  void aCallerWhoHangsUpMayHaveShownThePathAndLeavesItsPlace() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
      send(socket, LARGEST);
      nextAdmitted();
    }
    assertThat(shown.await(1, TimeUnit.MINUTES)).isTrue();
    post(HEADS, bytes(LARGEST));
    nextAdmitted();
  }

  private static void send(Socket socket, int bytes) throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n";
    socket
        .getOutputStream()
        .write(head.formatted(HEADS, bytes).getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(new byte[bytes]);
    socket.getOutputStream().flush();
  }
}
