package dev.lockstep.it;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A cluster of its own whose servers are behind what plays their Service. */
final class ServedCluster implements AutoCloseable {
  private final RealCluster cluster;
  private final Endpoints endpoints = new Endpoints();
  private final Map<String, String> environment;
  private final Map<Integer, Program> programs = new HashMap<>();

  /**
   * @param name of its folder
   * @param environment of the servers
   */
  ServedCluster(String name, Map<String, String> environment, int servers) {
    this.cluster = new RealCluster(name, "--restart-apiserver");
    this.environment = environment;
    for (int number = 1; number <= servers; number++) {
      start(number);
    }
  }

  RealCluster cluster() {
    return cluster;
  }

  Endpoints.Server server(int number) {
    return endpoints.get(number);
  }

  boolean isKnown(int number) {
    return endpoints.isKnown(number);
  }

  boolean hasServed(int number) {
    return endpoints.hasServed(number);
  }

  /** The first one installs the chart. */
  void start(int number) {
    programs.put(
        number,
        cluster.install(
            environment,
            number == 1
                ? "--set=webhook.url=https://127.0.0.1:" + endpoints.port()
                : "--replica=" + number));
    String files = number == 1 ? "lockstep-" : "lockstep-" + number + "-";
    int port = URI.create(cluster.read(files + "ready").strip()).getPort();
    endpoints.put(number, new Endpoints.Server(port, cluster.read(files + "management").strip()));
  }

  /** As the kubelet stops it, until it is gone. */
  void stop(int number) {
    programs.get(number).stop();
  }

  /** The same, without waiting. */
  void askToStop(int number) {
    programs.get(number).askToStop();
  }

  void kill(int number) {
    programs.get(number).kill();
  }

  /** The number of the server that leads; 0 where none does. */
  int leader() {
    String holder =
        cluster
            .run(
                "kubectl",
                List.of(
                    "-n",
                    "lockstep-system",
                    "get",
                    "lease",
                    "lockstep",
                    "--ignore-not-found",
                    "-o",
                    "jsonpath={.spec.holderIdentity}"),
                "")
            .out();
    if (!holder.startsWith("server-")) {
      return 0;
    }
    return holder.startsWith("server-2-") ? 2 : 1;
  }

  @Override
  public void close() {
    cluster.close();
    endpoints.close();
  }
}
