package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.workload;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever reaches the port can send what he likes. The server has the memory that it has in a pod.
 */
@Execution(ExecutionMode.SAME_THREAD)
@Isolated("beside other tests, honest clients are as slow as those that the server hangs up on")
@Order(1)
class HostileCallersIT {
  private static final Map<String, String> AS_IN_A_POD =
      Map.of(
          "MALLOC_ARENA_MAX", "2",
          "JAVA_TOOL_OPTIONS", "-Xmx204m -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError",
          "LOCKSTEP_QUIET_PERIOD", "2s");

  private static final long SEED = Long.getLong("lockstep.seed", System.nanoTime());

  /** Ten thousand take some minutes. */
  private static final int REVIEWS = Integer.getInteger("lockstep.hostile-reviews");

  /** Where memory is measured first. */
  private static final int WARM = Math.min(1000, REVIEWS / 2);

  private static final int HANDSHAKE = 22;
  private static final int ALERT = 21;

  private static RealCluster cluster;
  private static Program server;

  @BeforeAll
  static void start() {
    cluster = new RealCluster("hostile-callers");
    server = cluster.install(AS_IN_A_POD);
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  @Test
  void hostileReviewsAreRefusedAndTakeNoMemoryForGood() throws Exception {
    System.out.println("hostile reviews: -Dlockstep.seed=" + SEED);
    Shop shop = Shop.open(cluster);
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    HostileReviews reviews = new HostileReviews(SEED, good(shop));
    HttpClient client = HttpClient.newBuilder().sslContext(Pem.anybody(cluster)).build();
    List<String> paths = List.of(Reviews.HEADS, Reviews.WORKLOADS, "/validate/versions");
    long warm = 0;
    for (int number = 1; number <= REVIEWS; number++) {
      byte[] body = reviews.next(number);
      String path = paths.get(number % paths.size());
      assertIsAnAnswer(number, post(client, path, body));
      if (number == WARM) {
        warm = residentKilobytes();
      }
    }
    long after = residentKilobytes();
    System.out.printf("resident: %d KiB after %d, %d KiB after %d%n", warm, WARM, after, REVIEWS);
    assertThat(after).isLessThanOrEqualTo(warm * 11 / 10);
    assertServesAsEver(shop);
    assertThat(cluster.read("logs/server.log")).doesNotContain(" ERROR ");
  }

  @Test
  void manyHugeReviewsAtOnceAreToldToComeAgain() throws Exception {
    Shop shop = Shop.open(cluster);
    HttpClient client = HttpClient.newBuilder().sslContext(Pem.anybody(cluster)).build();
    shop.apply(configMap("app-config", "FOO", "bar"));
    shop.awaitObject("configmap/app-config-v000");
    String review = good(shop).get(0).toString();
    List<String> large =
        List.of(
            "\"" + "x".repeat(2_500_000) + "\"" + (",\"" + "x".repeat(2_500_000) + "\"").repeat(2),
            "{\"a\":0}" + ",{\"a\":0}".repeat(120_000));
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String body = review.replace("\"bar\"", "[" + large.get(i % large.size()) + "]");
      answers.add(CompletableFuture.supplyAsync(() -> posted(client, body)));
    }
    for (CompletableFuture<HttpResponse<String>> each : answers) {
      HttpResponse<String> answer = each.get();
      if (answer.statusCode() == 503) {
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).startsWith("lockstep: ");
      } else {
        assertIsAnAnswer(0, answer);
      }
    }
    assertServesAsEver(shop);
  }

  private static List<ObjectNode> good(Shop shop) {
    JsonNode head = shop.get("configmap/app-config");
    JsonNode deployment =
        Shop.json(
            shop.tryKubectl(
                workload("Deployment", "my-app", "bar", "app-config"),
                "create",
                "--dry-run=client",
                "-o",
                "json",
                "-f",
                "-"));
    ObjectNode secret =
        Reviews.json(
            "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"type\": \"Opaque\", \"data\":"
                + " {\"K\": \"bar\"}, \"metadata\": {\"name\": \"app-secret\"}}");
    ObjectNode delete =
        Reviews.update(shop.name(), head, shop.get("configmap/app-config-v000")).deepCopy();
    ((ObjectNode) delete.path("request")).put("operation", "DELETE").putNull("object");
    return List.of(
        Reviews.create(shop.name(), head),
        Reviews.update(shop.name(), head, head),
        Reviews.create(shop.name(), secret),
        Reviews.create(shop.name(), deployment),
        Reviews.update(shop.name(), deployment, deployment),
        delete);
  }

  private static HttpResponse<String> posted(HttpClient client, String body) {
    try {
      return post(client, Reviews.HEADS, body.getBytes(UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> post(HttpClient client, String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(cluster.webhooks() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** A client error with a sentence, or a review's response: no more than that gets out. */
  private static void assertIsAnAnswer(int number, HttpResponse<String> answer) {
    String body = answer.body();
    String what = "review %d: %d %s".formatted(number, answer.statusCode(), body);
    assertThat(body)
        .as(what)
        .doesNotContain("Exception", "\tat ", "java.", "dev.lockstep.", "an error in Lockstep");
    if (answer.statusCode() == 200) {
      JsonNode response = Reviews.json(body).path("response");
      assertThat(response.path("allowed").isBoolean()).as(what).isTrue();
      assertThat(response.path("uid").asText()).as(what).isNotEmpty();
      assertThat(response.path("allowed").asBoolean() || response.at("/status/message").isTextual())
          .as(what)
          .isTrue();
    } else {
      assertThat(answer.statusCode()).as(what).isBetween(400, 499);
      assertThat(body).as(what).matches("lockstep: [^\n]{10,200}\\.\n");
    }
  }

  private static void assertServesAsEver(Shop shop) {
    shop.apply(
        configMap("app-config", "FOO", "after")
            + workload("Deployment", "my-app", "app:1", "app-config"));
    assertThat(new Workload(shop, "deployment/my-app").settled().names())
        .containsExactly("app-config-v001");
  }

  private static long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc", String.valueOf(server.java().pid()), "status"))
        .stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void slowClientsAreClosedAndKeepNobodyFromBeingServed() throws Exception {
    Shop shop = Shop.open(cluster);
    SSLSocket quick = tls();
    assertThat(exchange(quick)).startsWith("HTTP/1.1 400 ");
    List<Socket> slow = new ArrayList<>();
    byte[] start = "POST /mutate/heads HTTP/1.1\r\nHost: a\r\nX: ".getBytes(UTF_8);
    byte[] body =
        "POST /mutate/heads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{"
            .getBytes(UTF_8);
    for (int i = 0; i < 50; i++) {
      slow.add(plain());
      slow.add(sending(new byte[0]));
      slow.add(sending(start));
      slow.add(sending(body));
    }
    ScheduledExecutorService drops = Executors.newSingleThreadScheduledExecutor();
    drops.scheduleWithFixedDelay(
        () -> slow.forEach(HostileCallersIT::drop), 0, 500, TimeUnit.MILLISECONDS);
    try {
      shop.apply(configMap("app-config", "FOO", "bar"));
      shop.awaitObject("configmap/app-config-v000");
      for (Socket socket : slow) {
        await().atMost(Duration.ofSeconds(60)).until(() -> isAtItsEnd(socket));
      }
      // One that sends a request at once may wait longer with the next.
      assertThat(exchange(quick)).startsWith("HTTP/1.1 400 ");
    } finally {
      drops.shutdownNow();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  /** A request that is answered with a sentence, on a connection that stays open. */
  private static String exchange(SSLSocket socket) throws IOException {
    socket.setSoTimeout(20_000);
    String request =
        "POST /mutate/heads HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: 2\r\n\r\n{}";
    socket.getOutputStream().write(request.getBytes(UTF_8));
    socket.getOutputStream().flush();
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith(".\n")) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new AssertionError("closed after: " + answer);
      }
      answer.append((char) next);
    }
    return answer.toString();
  }

  private static Socket plain() throws IOException {
    URI url = URI.create(cluster.webhooks());
    Socket socket = new Socket(InetAddress.getByName(url.getHost()), url.getPort());
    socket.setSoTimeout(1000);
    return socket;
  }

  private static SSLSocket tls(String... protocols) throws IOException {
    URI url = URI.create(cluster.webhooks());
    SSLSocket socket =
        (SSLSocket)
            Pem.anybody(cluster).getSocketFactory().createSocket(url.getHost(), url.getPort());
    socket.setSoTimeout(1000);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  private static SSLSocket sending(byte[] bytes) throws IOException {
    SSLSocket socket = tls();
    socket.startHandshake();
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return socket;
  }

  /** One byte more, which keeps it from being idle. */
  private static void drop(Socket socket) {
    if (socket instanceof SSLSocket) {
      try {
        OutputStream out = socket.getOutputStream();
        out.write('x');
        out.flush();
      } catch (IOException e) {
        // Closed: that is what is waited for.
      }
    }
  }

  private static boolean isAtItsEnd(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"
      })
  void aWeakCipherSuiteIsRefused(String suite) throws IOException {
    try (SSLSocket socket = tls("TLSv1.2")) {
      socket.setEnabledCipherSuites(new String[] {suite});
      assertThatThrownBy(socket::startHandshake)
          .isInstanceOf(SSLHandshakeException.class)
          .hasMessageContaining("handshake_failure");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384"
      })
  void aStrongCipherSuiteIsSpoken(String suite) throws IOException {
    try (SSLSocket socket = tls(suite.contains("ECDHE") ? "TLSv1.2" : "TLSv1.3")) {
      socket.setEnabledCipherSuites(new String[] {suite});
      socket.startHandshake();
      assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
    }
  }

  /** The JDK does not offer what is that old, so the first message is written by hand. */
  @Test
  void oldVersionsOfTlsAreRefused() throws IOException {
    assertThat(answerToHello(3)).as("TLS 1.2").isEqualTo(HANDSHAKE);
    assertThat(answerToHello(2)).as("TLS 1.1").isEqualTo(ALERT);
    assertThat(answerToHello(1)).as("TLS 1.0").isEqualTo(ALERT);
  }

  private static int answerToHello(int minorVersion) throws IOException {
    // ECDHE-ECDSA with AES-128: GCM of TLS 1.2, CBC of before.
    int[] tail = {
      0,
      4,
      0xc0,
      0x2b,
      0xc0,
      0x09, // suites
      1,
      0, // no compression
      0,
      22, // extensions
      0,
      10,
      0,
      4,
      0,
      2,
      0,
      23, // curve P-256
      0,
      13,
      0,
      4,
      0,
      2,
      4,
      3, // signatures: ECDSA with SHA-256
      0,
      11,
      0,
      2,
      1,
      0 // points: uncompressed
    };
    byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + tail.length];
    int[] head = {HANDSHAKE, 3, 1, 0, hello.length - 5, 1, 0, 0, hello.length - 9, 3, minorVersion};
    for (int i = 0; i < head.length; i++) {
      hello[i] = (byte) head[i];
    }
    for (int i = 0; i < tail.length; i++) {
      hello[hello.length - tail.length + i] = (byte) tail[i];
    }
    try (Socket socket = plain()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(hello);
      return socket.getInputStream().read();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS", "HEAD", "TRACE", "GET", "PUT", "DELETE", "PATCH"})
  void anotherMethodIsNotAllowed(String method) throws Exception {
    assertThat(statusOf(method + " /mutate/heads HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(405);
  }

  @Test
  void whatIsNoRequestForUsIsRefused() throws Exception {
    assertThat(
            statusOf(
                "POST /mutate/heads HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"))
        .isEqualTo(411);
    assertThat(statusOf("POST /mutate/heads HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(411);
    assertThat(statusOf("POST /mutate/heads HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"))
        .isEqualTo(400);
    assertThat(
            statusOf(
                "POST /mutate/heads HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n"
                    .formatted("x".repeat(20_000))))
        .isEqualTo(431);
    assertThat(statusOf("POST /%s HTTP/1.1\r\nHost: a\r\n\r\n".formatted("x".repeat(5000))))
        .isEqualTo(414);
    assertThat(statusOf("nonsense\r\n\r\n")).isEqualTo(400);
  }

  private static int statusOf(String request) throws IOException {
    try (SSLSocket socket = tls()) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(UTF_8));
      socket.getOutputStream().flush();
      byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 405".length());
      return Integer.parseInt(new String(line, UTF_8).substring("HTTP/1.1 ".length()));
    }
  }
}
