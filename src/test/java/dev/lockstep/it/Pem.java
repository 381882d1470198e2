package dev.lockstep.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates and keys of a cluster, for clients that are written in Java. */
final class Pem {
  private static final char[] NO_PASSWORD = new char[0];

  private Pem() {}

  /** Who the API server takes for its administrator. */
  static SSLContext administrator(RealCluster cluster) {
    return context(
        cluster.file("pki/ca.crt"),
        Optional.of(keyStore(cluster.file("pki/admin.crt"), cluster.file("pki/admin.key"))));
  }

  /** Who trusts what the webhooks are served with, and shows nothing. */
  static SSLContext anybody(RealCluster cluster) {
    return context(cluster.webhookCa(), Optional.empty());
  }

  /** The same with a certificate. */
  static SSLContext caller(RealCluster cluster, Path certificate, Path key) {
    return context(cluster.webhookCa(), Optional.of(keyStore(certificate, key)));
  }

  private static SSLContext context(Path ca, Optional<KeyStore> shown) {
    try {
      KeyStore trusted = empty();
      trusted.setCertificateEntry("ca", certificate(ca));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(shown.isPresent() ? shown.get() : empty(), NO_PASSWORD);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate with its key, which is one of an elliptic curve in PKCS#8. */
  private static KeyStore keyStore(Path certificate, Path key) {
    try {
      KeyStore store = empty();
      store.setKeyEntry(
          "shown", key(key), NO_PASSWORD, new Certificate[] {certificate(certificate)});
      return store;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
    String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }
}
