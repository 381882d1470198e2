package dev.lockstep.it;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cluster with Lockstep installed, made by {@code cluster/run} and {@code cluster/lockstep}. It
 * ends with this JVM, however that ends: the cluster stops when its standard input does.
 */
public final class RealCluster implements AutoCloseable {
  /** How many servers the cluster has that tests share; one where it is not set. */
  private static final String REPLICAS = "lockstep.replicas";

  /** Whoever waits for what follows by itself need not wait for long. */
  private static final Map<String, String> QUICK = Map.of("LOCKSTEP_QUIET_PERIOD", "2s");

  /**
   * The tests' own user restores versions, and forges them; who is bound by the policy is played by
   * others.
   */
  private static final String MAY_FORGE = "--set=versionPolicy.exempt.users={admin}";

  private final Path folder;
  private final boolean hasNode;
  private final Program cluster;
  private final List<Program> servers = new CopyOnWriteArrayList<>();
  private final List<Forwarder> forwarders = new ArrayList<>();

  /** The one that tests share. */
  RealCluster() {
    this("cluster");
    int replicas = Integer.getInteger(REPLICAS, 1);
    if (replicas == 1) {
      install(QUICK);
    } else {
      install(replicas, QUICK);
    }
  }

  /**
   * One without Lockstep yet, for tests that need it for themselves.
   *
   * @param name of its folder
   * @param options of {@code cluster/run}
   */
  RealCluster(String name, String... options) {
    this(name, false, options);
  }

  private RealCluster(String name, boolean hasNode, String... options) {
    try {
      folder = Files.createDirectories(Path.of("target", name).toAbsolutePath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.hasNode = hasNode;
    String program = hasNode ? "cluster/node" : "cluster/run";
    List<String> command = new ArrayList<>(List.of(program, folder.toString(), "--stop-at-eof"));
    command.addAll(List.of(options));
    cluster = Program.start(Map.of(), command.toArray(String[]::new));
  }

  /** One whose pods run in containers, without Lockstep yet; needs root on Linux. */
  static RealCluster withNode(String name) {
    return new RealCluster(name, true);
  }

  /**
   * Installs or upgrades the chart, and starts a server.
   *
   * @param environment of the server
   * @param options for Helm
   */
  Program install(Map<String, String> environment, String... options) {
    List<String> command = new ArrayList<>(List.of("cluster/lockstep", folder.toString()));
    command.addAll(List.of(options));
    if (List.of(options).stream().noneMatch(option -> option.startsWith("--replica="))) {
      command.add(MAY_FORGE);
    }
    Program server = Program.start(environment, command.toArray(String[]::new));
    servers.add(server);
    return server;
  }

  /** Several servers, the first of which installs the chart; each request is for the next one. */
  Replicas install(int count, Map<String, String> environment) {
    Map<String, String> each = new HashMap<>(environment);
    // Requests share connections otherwise, and connections are what is spread.
    each.put("QUARKUS_HTTP_HEADER__CONNECTION__VALUE", "close");
    Forwarder forwarder = new Forwarder();
    forwarders.add(forwarder);
    List<Program> started = new ArrayList<>();
    started.add(install(each, "--set=webhook.url=https://127.0.0.1:" + forwarder.port()));
    List<Integer> ports = new ArrayList<>(List.of(port("lockstep-ready")));
    for (int number = 2; number <= count; number++) {
      started.add(install(each, "--replica=" + number));
      ports.add(port("lockstep-" + number + "-ready"));
    }
    forwarder.to(ports);
    return new Replicas(started, ports, forwarder);
  }

  /**
   * Servers side by side.
   *
   * @param ports of their webhooks
   */
  record Replicas(List<Program> servers, List<Integer> ports, Forwarder forwarder) {}

  private int port(String readyFile) {
    return URI.create(read(readyFile).strip()).getPort();
  }

  /** Where the server's webhooks are. */
  String webhooks() {
    return read("lockstep-ready").strip();
  }

  /** All that the servers measure now, as Prometheus reads it. */
  Measured measured() {
    StringBuilder text = new StringBuilder();
    try (DirectoryStream<Path> urls = Files.newDirectoryStream(folder, "lockstep*-management")) {
      for (Path url : urls) {
        text.append(RestAssured.get(Files.readString(url).strip() + "/q/metrics").asString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Measured.of(text.toString());
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
    return run(program, arguments, input, Map.of());
  }

  /** The same, with more environment. */
  Result run(
      String program, List<String> arguments, String input, Map<String, String> environment) {
    ProcessBuilder builder = command(program, arguments);
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBECONFIG", folder.resolve("kubeconfig").toString(),
                "KUBECACHEDIR", folder.resolve("kube-cache").toString()));
    builder.environment().putAll(environment);
    return Result.of(builder, input);
  }

  /** The command, where the cluster can be reached. */
  ProcessBuilder command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (hasNode) {
      command.addAll(List.of("cluster/node-exec", folder.toString(), program));
    } else {
      command.add(folder.resolve("bin").resolve(program).toString());
    }
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** As in a rollout; the webhooks stay registered, and nobody answers them. */
  void stopServers() {
    servers.forEach(Program::stop);
    servers.clear();
    forwarders.forEach(Forwarder::close);
    forwarders.clear();
  }

  /** Stops the servers, and takes the chart away. */
  void uninstall() {
    stopServers();
    run(
            "helm",
            List.of(
                "-n", "lockstep-system", "uninstall", "lockstep", "--wait", "--ignore-not-found"),
            "")
        .orFail();
  }

  /** Sends a signal to one of the cluster's programs: {@code signal("etcd", "STOP")}. */
  void signal(String program, String signal) {
    cluster.signal(program, signal);
  }

  /** The cluster first; its servers end with it. */
  @Override
  public void close() {
    cluster.endInput();
    servers.forEach(Program::end);
    forwarders.forEach(Forwarder::close);
  }
}
