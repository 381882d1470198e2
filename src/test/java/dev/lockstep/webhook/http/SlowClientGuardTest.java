package dev.lockstep.webhook.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.certificates.rotation.MadeCertificate;
import dev.lockstep.certificates.x509.Pem;
import dev.lockstep.certificates.x509.PemTrust;
import dev.lockstep.webhook.http.SlowClientGuard.Patience;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which connections are closed, and which are not. */
class SlowClientGuardTest {
  private static final MadeCertificate CERTIFICATE = MadeCertificate.make();
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofHours(1);
  private static final String ANSWER = "answer";

  private final Vertx vertx = Vertx.vertx();
  @TempDir private Path folder;

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  /** A connection that has shaken hands with a server of this patience. */
  private SSLSocket connect(Patience patience) throws Exception {
    SlowClientGuard guard = new SlowClientGuard(patience);
    HttpServerOptions options =
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(
                new PemKeyCertOptions()
                    .addCertValue(Buffer.buffer(CERTIFICATE.leafPem()))
                    .addKeyValue(Buffer.buffer(CERTIFICATE.keyPem())));
    guard.customizeHttpsServer(options);
    Filters filters = new Filters();
    guard.register(filters);
    Router router = Router.router(vertx);
    filters.getFilters().forEach(each -> router.route().handler(each.getHandler()));
    router
        .route()
        .handler(
            context -> context.request().body().onSuccess(body -> context.response().end(ANSWER)));
    HttpServer server =
        vertx
            .createHttpServer(options)
            .requestHandler(router)
            .listen(0, InetAddress.getLoopbackAddress().getHostAddress())
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    Path authority = folder.resolve("ca.crt");
    Files.writeString(authority, Pem.certificates(List.of(CERTIFICATE.authority())));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {PemTrust.of(authority)}, null);
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.actualPort());
    socket.setSoTimeout(Math.toIntExact(Duration.ofMinutes(1).toMillis()));
    socket.startHandshake();
    return socket;
  }

  private static void send(SSLSocket socket, int length, String body) throws IOException {
    String request = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n%s";
    socket
        .getOutputStream()
        .write(request.formatted(length, body).getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static void isAnswered(SSLSocket socket) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(ANSWER) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("after " + read).isNotNegative();
      read.append((char) next);
    }
    assertThat(read).startsWith("HTTP/1.1 200");
  }

  /** Nothing else comes before. */
  private static void isClosed(SSLSocket socket) throws IOException {
    try {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    } catch (SocketException e) {
      // The connection was reset.
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  @Test
  void whoAsksForNothingIsCutOff() throws Exception {
    try (SSLSocket socket = connect(new Patience(SHORT, LONG, LONG))) {
      isClosed(socket);
    }
  }

  @Test
  void whoSendsABodyInBitsIsCutOff() throws Exception {
    try (SSLSocket socket = connect(new Patience(LONG, SHORT, LONG))) {
      send(socket, 2, "a");
      isClosed(socket);
    }
  }

  @Test
  void aConnectionThatIsNotUsedAgainIsClosed() throws Exception {
    try (SSLSocket socket = connect(new Patience(LONG, LONG, SHORT))) {
      send(socket, 1, "a");
      isAnswered(socket);
      isClosed(socket);
    }
  }

  @Test
  void whoIsQuickGoesOnOnItsConnection() throws Exception {
    try (SSLSocket socket = connect(new Patience(LONG, LONG, LONG))) {
      for (int i = 0; i < 3; i++) {
        send(socket, 1, "a");
        isAnswered(socket);
      }
    }
  }
}
