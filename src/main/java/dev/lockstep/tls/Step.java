package dev.lockstep.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What is to be done next with certificates of our own. */
sealed interface Step {

  /** A leaf of the CA at this place, which the bundles have held for long enough. */
  record Issue(int by, Instant end) implements Step {}

  /**
   * A new CA, which issues nothing yet.
   *
   * @param found what the bundles hold of CAs whose keeping was lost: a replica may show a leaf
   */
  record Make(List<Authority> found) implements Step {}

  /** All bundles are to hold just this. */
  record Tell(List<X509Certificate> bundle) implements Step {}

  /** These are forgotten: no replica can show a leaf of them. */
  record Drop(List<Authority> lapsed) implements Step {}

  /** All is well, or is waited for. */
  record Rest() implements Step {}
}
