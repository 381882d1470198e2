package dev.lockstep.it;

import io.restassured.RestAssured;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The endpoints of a Service: the servers that are ready. Who sends to them learns of a change
 * later, as kube-proxy does, and connections that are open stay as they are.
 */
final class Endpoints implements AutoCloseable {
  private static final Duration BETWEEN_PROBES = Duration.ofMillis(200);
  private static final Duration UNTIL_KNOWN = Duration.ofSeconds(1);

  /**
   * @param port of its webhooks
   * @param management URL of its probes and metrics
   */
  record Server(int port, String management) {
    boolean isReady() {
      try {
        return RestAssured.get(management + "/q/health/ready").statusCode() == 200;
      } catch (Exception e) { // RestAssured throws what it does not declare.
        return false;
      }
    }
  }

  private final Forwarder forwarder = new Forwarder();
  private final Map<Integer, Server> servers = new ConcurrentHashMap<>();
  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            Thread thread = new Thread(task, "endpoints");
            thread.setDaemon(true);
            return thread;
          });

  private List<Integer> ready = List.of();

  Endpoints() {
    executor.scheduleWithFixedDelay(
        this::probe, 0, BETWEEN_PROBES.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Where clients connect to. */
  int port() {
    return forwarder.port();
  }

  /** The server of this number is another one from now on. */
  void put(int number, Server server) {
    servers.put(number, server);
  }

  Server get(int number) {
    return servers.get(number);
  }

  /** Whether new connections may come to this server. */
  boolean isKnown(int number) {
    return forwarder.ports().contains(get(number).port());
  }

  /** Whether new connections have come to this server. */
  boolean hasServed(int number) {
    return forwarder.served().containsKey(get(number).port());
  }

  private void probe() {
    List<Integer> now =
        new TreeMap<>(servers).values().stream().filter(Server::isReady).map(Server::port).toList();
    if (!now.equals(ready)) {
      ready = now;
      executor.schedule(() -> forwarder.to(now), UNTIL_KNOWN.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    forwarder.close();
  }
}
