package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** What the webhooks are served with. */
@OnRealCluster
class CertificateIT {

  @Test
  void aRenewedCertificateIsServedWithoutARestart(RealCluster cluster, Shop shop) throws Exception {
    BigInteger before = served(cluster);

    // The same CA signs anew, as it would when a certificate is near its end.
    Result.of(new ProcessBuilder("certs/make", cluster.file("certs").toString(), "127.0.0.1"), "")
        .orFail();

    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> !served(cluster).equals(before));
    shop.apply(Manifests.configMap("app-config", "FOO", "bar"));
    assertThat(Shop.meta(shop.get("configmap/app-config"), "labels", "lockstep.dev/version"))
        .isEqualTo("v000");
  }

  private static BigInteger served(RealCluster cluster)
      throws IOException, GeneralSecurityException {
    URI url = URI.create(cluster.webhooks());
    try (SSLSocket socket =
        (SSLSocket)
            trusting(cluster).getSocketFactory().createSocket(url.getHost(), url.getPort())) {
      socket.startHandshake();
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  private static SSLContext trusting(RealCluster cluster)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream ca = Files.newInputStream(cluster.webhookCa())) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(ca));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
