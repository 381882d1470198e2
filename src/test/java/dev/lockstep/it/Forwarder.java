package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Spreads connections over servers in turn, as a Service does; passes by who does not answer. */
final class Forwarder implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final ServerSocket entrance;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "forwarder");
            thread.setDaemon(true);
            return thread;
          });

  /** Connections by the port that they went to. */
  private final Map<Integer, Integer> served = new ConcurrentHashMap<>();

  private volatile List<Integer> ports = List.of();

  Forwarder() {
    try {
      entrance = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** From now on to these. */
  void to(List<Integer> targets) {
    ports = List.copyOf(targets);
  }

  List<Integer> ports() {
    return ports;
  }

  Map<Integer, Integer> served() {
    return Map.copyOf(served);
  }

  private void accept() {
    int turn = 0;
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        int first = turn++;
        threads.execute(() -> connect(client, first));
      } catch (IOException e) {
        // Closed: the loop ends.
      }
    }
  }

  private void connect(Socket client, int first) {
    List<Integer> targets = ports;
    for (int i = 0; i < targets.size(); i++) {
      int port = targets.get((first + i) % targets.size());
      try {
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        served.merge(port, 1, Integer::sum);
        threads.execute(() -> pass(client, server));
        pass(server, client);
        return;
      } catch (IOException e) {
        // Nobody is there: the next one's turn.
      }
    }
    close(client);
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side is gone, and so the other has to be.
    }
    close(from);
    close(to);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      entrance.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
