package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** The chart's ways to certificates, as somebody who installs it goes each of them. */
enum CertificateMode {
  /** Nothing is to be done: this is the chart's default. */
  SELF {
    @Override
    List<String> prepare(RealCluster cluster) {
      return List.of();
    }
  },
  SECRET {
    @Override
    List<String> prepare(RealCluster cluster) {
      makeSecret(cluster);
      return List.of(
          "--set=certificates.mode=secret", "--set=certificates.caBundle=" + caBundle(cluster));
    }
  },
  /** cert-manager itself is not run: what it reads and writes is. */
  CERT_MANAGER {
    @Override
    List<String> prepare(RealCluster cluster) {
      kubectl(cluster, "apply", "-f", "src/test/resources/cert-manager-crds.yaml");
      kubectl(
          cluster,
          "wait",
          "--for=condition=Established",
          "crd/certificates.cert-manager.io",
          "crd/issuers.cert-manager.io");
      makeSecret(cluster);
      return List.of("--set=certificates.mode=cert-manager");
    }

    @Override
    void whileInstalling(RealCluster cluster) {
      for (String configuration :
          List.of(
              "mutatingwebhookconfiguration/lockstep", "validatingwebhookconfiguration/lockstep")) {
        await()
            .atMost(Duration.ofSeconds(100))
            .until(() -> kubectl(cluster, "get", configuration).exit() == 0);
        int webhooks =
            Shop.json(kubectl(cluster, "get", configuration, "-o", "json")).path("webhooks").size();
        for (int i = 0; i < webhooks; i++) {
          kubectl(
                  cluster,
                  "patch",
                  configuration,
                  "--type=json",
                  "--field-manager=cert-manager-cainjector",
                  "--patch",
                  "[{\"op\":\"add\",\"path\":\"/webhooks/%d/clientConfig/caBundle\",\"value\":\"%s\"}]"
                      .formatted(i, caBundle(cluster)))
              .orFail();
        }
      }
    }
  };

  /** What is to be done before the chart comes; answers its values, as options of Helm. */
  abstract List<String> prepare(RealCluster cluster);

  /** What others do while Helm waits for the pods to be ready. */
  void whileInstalling(RealCluster cluster) {}

  private static void makeSecret(RealCluster cluster) {
    Path pki = cluster.file("node-pki");
    Result.of(new ProcessBuilder("certs/make", pki.toString()), "").orFail();
    kubectl(
            cluster,
            "-n",
            Installation.NAMESPACE,
            "create",
            "secret",
            "tls",
            "lockstep-tls",
            "--cert=" + pki.resolve("tls.crt"),
            "--key=" + pki.resolve("tls.key"))
        .orFail();
  }

  private static String caBundle(RealCluster cluster) {
    try {
      return Base64.getEncoder()
          .encodeToString(Files.readAllBytes(cluster.file("node-pki").resolve("ca.crt")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Result kubectl(RealCluster cluster, String... arguments) {
    return cluster.run("kubectl", List.of(arguments), "");
  }
}
