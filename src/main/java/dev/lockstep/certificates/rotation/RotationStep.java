package dev.lockstep.certificates.rotation;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What is to be done next with certificates of our own. */
sealed interface RotationStep {

  /**
   * Does it.
   *
   * @return false if nothing was due
   */
  boolean applyTo(Actions actions);

  /** What can be done, a method for each step but {@link Rest}. */
  interface Actions {
    void make(List<Authority> found);

    void issue(int by, Instant end);

    void tell(List<X509Certificate> bundle);

    void drop(List<Authority> lapsed);
  }

  /** A leaf of the CA at this place, which the bundles have held for long enough. */
  record Issue(int by, Instant end) implements RotationStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.issue(by, end);
      return true;
    }
  }

  /**
   * A new CA, which issues nothing yet.
   *
   * @param found what the bundles hold of CAs whose keeping was lost: a replica may show a leaf
   */
  record Make(List<Authority> found) implements RotationStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.make(found);
      return true;
    }
  }

  /** All bundles are to hold just this. */
  record Tell(List<X509Certificate> bundle) implements RotationStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.tell(bundle);
      return true;
    }
  }

  /** These are forgotten: no replica can show a leaf of them. */
  record Drop(List<Authority> lapsed) implements RotationStep {
    @Override
    public boolean applyTo(Actions actions) {
      actions.drop(lapsed);
      return true;
    }
  }

  /** All is well, or is waited for. */
  record Rest() implements RotationStep {
    @Override
    public boolean applyTo(Actions actions) {
      return false;
    }
  }
}
