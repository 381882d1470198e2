package dev.lockstep.certificates.rotation;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What is to be done next with certificates of our own. */
sealed interface RotationStep {

  /** A leaf of the CA at this place, which the bundles have held for long enough. */
  record Issue(int by, Instant end) implements RotationStep {}

  /**
   * A new CA, which issues nothing yet.
   *
   * @param found what the bundles hold of CAs whose keeping was lost: a replica may show a leaf
   */
  record Make(List<Authority> found) implements RotationStep {}

  /** All bundles are to hold just this. */
  record Tell(List<X509Certificate> bundle) implements RotationStep {}

  /** These are forgotten: no replica can show a leaf of them. */
  record Drop(List<Authority> lapsed) implements RotationStep {}

  /** All is well, or is waited for. */
  record Rest() implements RotationStep {}
}
