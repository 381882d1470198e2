package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.ServerNames;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;

/** A serving certificate of ours. */
record Leaf(X509Certificate certificate, PrivateKey key) {

  Instant end() {
    return certificate.getNotAfter().toInstant();
  }

  boolean isFor(ServerNames names) {
    return names.equals(ServerNames.of(certificate));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName() + " until " + end();
  }
}
