package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.Pem;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A serving certificate with its key, and the CA that issued it, for tests of what serves it. */
public record MadeCertificate(X509Certificate authority, X509Certificate leaf, PrivateKey key) {
  private static final CertificateIssuer ISSUER = new CertificateIssuer();

  public static MadeCertificate make() {
    Instant now = Instant.now();
    Authority authority = ISSUER.authority(now, Duration.ofDays(1));
    Leaf leaf = ISSUER.leaf(authority, FakeInstallation.NAMES, now, now.plus(Duration.ofHours(1)));
    return new MadeCertificate(authority.certificate(), leaf.certificate(), leaf.key());
  }

  public String leafPem() {
    return Pem.certificates(List.of(leaf));
  }

  public String keyPem() {
    return Pem.key(key);
  }
}
