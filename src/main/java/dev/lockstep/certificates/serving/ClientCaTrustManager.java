package dev.lockstep.certificates.serving;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jboss.logging.Logger;

/**
 * Which callers are let in: those whose certificate a CA has signed, and that have one of the names
 * that are allowed. The file of the CA is read again when it changes.
 */
public final class ClientCaTrustManager implements X509TrustManager {
  private static final Logger LOG = Logger.getLogger(ClientCaTrustManager.class);

  private record Trusted(FileTime since, X509TrustManager manager) {}

  private final Path ca;
  private final Set<String> allowedNames;
  private volatile Trusted trusted;

  /**
   * @param allowedNames common names; where there are none, any will do
   * @throws IllegalStateException if there is no CA to begin with
   */
  public ClientCaTrustManager(Path ca, Set<String> allowedNames) {
    this.ca = ca;
    this.allowedNames = Set.copyOf(allowedNames);
    try {
      trusted = read();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("no CA of callers in " + ca + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    current().checkClientTrusted(chain, authType);
    String name = commonName(chain[0]);
    if (!allowedNames.isEmpty() && !allowedNames.contains(name)) {
      LOG.warnf("a caller with the certificate of %s is not let in", name);
      throw new CertificateException("not an allowed name");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("for callers alone");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return current().getAcceptedIssuers();
  }

  private static String commonName(X509Certificate certificate) throws CertificateException {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(Object::toString)
              .findFirst()
              .orElse("");
    } catch (InvalidNameException e) {
      throw new CertificateException(e);
    }
  }

  /** While the file is being replaced, the CA before is trusted. */
  private X509TrustManager current() {
    Trusted known = trusted;
    try {
      if (!Files.getLastModifiedTime(ca).equals(known.since())) {
        known = read();
        trusted = known;
        LOG.info("the CA of callers has been read again");
      }
    } catch (IOException | GeneralSecurityException e) {
      LOG.warnf("the CA in %s can't be used (%s); the one before is trusted", ca, e.getMessage());
    }
    return known.manager();
  }

  private Trusted read() throws IOException, GeneralSecurityException {
    FileTime since = Files.getLastModifiedTime(ca);
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(ca)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca-" + number++, each);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509 && store.size() > 0) {
        return new Trusted(since, x509);
      }
    }
    throw new GeneralSecurityException("it holds no certificate");
  }
}
