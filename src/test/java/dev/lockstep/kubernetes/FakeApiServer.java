package dev.lockstep.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Answers HTTP requests as a test says, for the mechanics of our calls alone: how an API server
 * behaves, only a real one shows.
 */
public final class FakeApiServer implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /**
   * @param path with the query
   */
  public record Request(String method, String path, String accept, String type, String body) {}

  /** An answer with this status; without a body it is a watch, which stays open. */
  public record Answer(int code, String body) {
    public static final Answer WATCH = new Answer(200, null);

    public static Answer ok(String body) {
      return new Answer(200, body);
    }

    public static Answer status(int code, String message) {
      return new Answer(
          code,
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":%d,\"message\":\"%s\"}"
              .formatted(code, message.replace("\"", "\\\"")));
    }
  }

  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final BlockingQueue<OutputStream> watches = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile Function<Request, Answer> answers;

  public FakeApiServer(Function<Request, Answer> answers) throws IOException {
    this.answers = answers;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public Config config() {
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
        .withRequestRetryBackoffInterval(1)
        .withWatchReconnectInterval(1)
        .build();
  }

  public void answer(Function<Request, Answer> changed) {
    answers = changed;
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Waits for the next watch that is opened. */
  public OutputStream nextWatch() throws InterruptedException {
    OutputStream watch = watches.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (watch == null) {
      throw new AssertionError("no watch was opened");
    }
    return watch;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Request request =
        new Request(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders().getFirst("Accept"),
            exchange.getRequestHeaders().getFirst("Content-Type"),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    requests.add(request);
    Answer answer = answers.apply(request);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (answer.body() == null) {
      exchange.sendResponseHeaders(answer.code(), 0);
      exchange.getResponseBody().flush();
      watches.add(exchange.getResponseBody());
    } else {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.code(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
