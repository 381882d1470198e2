package dev.lockstep.certificates.x509;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in the CAs of a PEM file. Needs the JDK alone, since the probe of the chart uses it. */
public final class PemTrust {
  private PemTrust() {}

  /**
   * @throws GeneralSecurityException if the file holds no certificate, or what is none
   */
  public static X509TrustManager of(Path pem) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream text = Files.newInputStream(pem)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(text)) {
        store.setCertificateEntry("ca-" + number++, each);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509 && store.size() > 0) {
        return x509;
      }
    }
    throw new GeneralSecurityException("it holds no certificate");
  }
}
