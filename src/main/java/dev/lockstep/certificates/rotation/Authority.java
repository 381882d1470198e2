package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.KeyMatching;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A CA of ours.
 *
 * @param key of those that may issue; once a newer one has issued, it is thrown away
 * @param leavesUntil when the last of its leaves ends: until then some replica might show one
 */
record Authority(X509Certificate certificate, Optional<PrivateKey> key, Instant leavesUntil) {

  boolean isValid(Instant now) {
    return now.isBefore(end());
  }

  Instant end() {
    return certificate.getNotAfter().toInstant();
  }

  Duration left(Instant now) {
    return Duration.between(now, end());
  }

  boolean issued(Leaf leaf) {
    return KeyMatching.isSignedBy(leaf.certificate(), certificate);
  }

  Authority withLeavesUntil(Instant end) {
    return end.isAfter(leavesUntil) ? new Authority(certificate, key, end) : this;
  }

  Authority withoutKey() {
    return new Authority(certificate, Optional.empty(), leavesUntil);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return certificate.getSubjectX500Principal().getName() + " until " + end();
  }
}
