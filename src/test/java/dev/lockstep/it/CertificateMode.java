package dev.lockstep.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The chart's ways to certificates, as somebody who installs it goes each of them. */
enum CertificateMode {
  SECRET {
    @Override
    List<String> prepare(RealCluster cluster) {
      Path pki = cluster.file("node-pki");
      Result.of(new ProcessBuilder("certs/make", pki.toString()), "").orFail();
      cluster
          .run(
              "kubectl",
              List.of(
                  "-n",
                  Installation.NAMESPACE,
                  "create",
                  "secret",
                  "tls",
                  "lockstep-tls",
                  "--cert=" + pki.resolve("tls.crt"),
                  "--key=" + pki.resolve("tls.key")),
              "")
          .orFail();
      return List.of(
          "--set=certificates.mode=secret",
          "--set=certificates.caBundle=" + base64(pki.resolve("ca.crt")));
    }
  };

  /** What is to be done before the chart comes; answers its values, as options of Helm. */
  abstract List<String> prepare(RealCluster cluster);

  private static String base64(Path file) {
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
