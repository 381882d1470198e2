package dev.lockstep.it;

import io.restassured.RestAssured;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A cluster with Lockstep installed, made by {@code cluster/run} and {@code cluster/lockstep}. It
 * ends with this JVM, however that ends: the cluster stops when its standard input does.
 */
public final class RealCluster implements AutoCloseable {
  private final Path folder;
  private final Process cluster;
  private final Process lockstep;

  RealCluster() {
    try {
      folder = Files.createDirectories(Path.of("target", "cluster").toAbsolutePath());
      cluster = start("cluster/run", folder.toString(), "--stop-at-eof");
      lockstep = start("cluster/lockstep", folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process start(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Whoever waits for what follows by itself need not wait for long.
    builder.environment().put("LOCKSTEP_QUIET_PERIOD", "2s");
    Process process = builder.start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("ready ")) {
        return process;
      }
    }
    throw new IllegalStateException(command[0] + " ended before it was ready; see above");
  }

  /** Where the server's webhooks are. */
  String webhooks() {
    return read("lockstep-ready").strip();
  }

  /** What the servers measure now, in all; the names of metrics are Prometheus'. */
  double metric(String name) {
    double sum = 0;
    try (DirectoryStream<Path> urls = Files.newDirectoryStream(folder, "lockstep*-management")) {
      for (Path url : urls) {
        sum += metric(Files.readString(url).strip(), name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum;
  }

  private static double metric(String server, String name) {
    return RestAssured.get(server + "/q/metrics")
        .asString()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(server + " has no metric " + name));
  }

  /** The CA that the server's certificate can be checked with, PEM. */
  Path webhookCa() {
    return folder.resolve("certs/ca.crt");
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs {@code kubectl} or {@code helm} of the cluster, as its administrator. */
  Result run(String program, List<String> arguments, String input) {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", folder.resolve("kubeconfig").toString(),
                "KUBECACHEDIR", folder.resolve("kube-cache").toString()));
    return Result.of(builder, input);
  }

  @Override
  public void close() {
    try {
      cluster.getOutputStream().close();
      if (!cluster.waitFor(30, TimeUnit.SECONDS)) {
        cluster.destroyForcibly();
      }
      lockstep.waitFor(30, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
