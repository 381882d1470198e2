package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;

/** Lockstep in containers on a real node, installed by its chart as a user would. */
record Installation(RealCluster cluster) {
  static final String NAMESPACE = "lockstep-system";
  private static final String ENFORCE_RESTRICTED = "pod-security.kubernetes.io/enforce=restricted";

  /** Installs it anew, whatever was there, into a namespace that takes only restricted pods. */
  static Installation of(RealCluster cluster, CertificateMode mode, String... options) {
    Installation installation = new Installation(cluster);
    installation.uninstall();
    installation.cluster("delete", "namespace", NAMESPACE, "--ignore-not-found");
    installation.cluster("create", "namespace", NAMESPACE);
    installation.cluster("label", "namespace", NAMESPACE, ENFORCE_RESTRICTED);
    List<String> install =
        new ArrayList<>(List.of("-n", NAMESPACE, "install", "lockstep", "helm/lockstep", "--wait"));
    install.addAll(mode.prepare(cluster));
    install.addAll(List.of(options));
    CompletableFuture<Result> installing =
        CompletableFuture.supplyAsync(() -> cluster.run("helm", install, ""));
    mode.whileInstalling(cluster);
    installing.join().orFail();
    return installation;
  }

  /** {@code helm test}. */
  Result test() {
    return cluster.run("helm", List.of("-n", NAMESPACE, "test", "lockstep"), "");
  }

  /** {@code helm uninstall}; nothing if it is not installed. */
  void uninstall() {
    cluster
        .run(
            "helm",
            List.of("-n", NAMESPACE, "uninstall", "lockstep", "--wait", "--ignore-not-found"),
            "")
        .orFail();
  }

  private void cluster(String... arguments) {
    cluster.run("kubectl", List.of(arguments), "").orFail();
  }

  /** {@code kubectl -n lockstep-system …}, however it ends. */
  Result tryKubectl(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-n", NAMESPACE));
    all.addAll(List.of(arguments));
    return cluster.run("kubectl", all, "");
  }

  /** {@code kubectl -n lockstep-system …}, which has to succeed. */
  Result kubectl(String... arguments) {
    return tryKubectl(arguments).orFail();
  }

  /** Its pods that are there to stay. */
  List<JsonNode> pods() {
    JsonNode list =
        Shop.json(kubectl("get", "pods", "-l", "app.kubernetes.io/name=lockstep", "-o", "json"));
    return StreamSupport.stream(list.path("items").spliterator(), false)
        .filter(pod -> !pod.path("metadata").has("deletionTimestamp"))
        .toList();
  }

  /** The name of one of its pods. */
  String pod() {
    return pods().get(0).at("/metadata/name").asText();
  }

  /** The name of the pod that leads; empty text if none does. */
  String leader() {
    Result holder = kubectl("get", "lease", "lockstep", "-o", "jsonpath={.spec.holderIdentity}");
    return pods().stream()
        .map(pod -> pod.at("/metadata/name").asText())
        .filter(name -> holder.out().startsWith(name))
        .findFirst()
        .orElse("");
  }

  /** {@code kill -9} of a pod's process, from outside of its container. */
  void kill(String pod) {
    String container =
        kubectl("get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].containerID}")
            .out()
            .replace("containerd://", "");
    cluster
        .run("ctr", List.of("-n", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", container), "")
        .orFail();
  }
}
