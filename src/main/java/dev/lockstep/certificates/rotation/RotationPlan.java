package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.ServerNames;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Decides what is due, so that at each moment every leaf that a replica may show is trusted: a CA
 * is in the bundles before it issues, and stays in them until the last of its leaves has ended.
 */
final class RotationPlan {
  private final Lifetimes lifetimes;
  private final ServerNames names;

  RotationPlan(Lifetimes lifetimes, ServerNames names) {
    this.lifetimes = lifetimes;
    this.names = names;
  }

  /**
   * One step; what comes after it is found by asking again. Issuing comes first: whoever can't
   * write bundles goes on with the CA that is in them.
   */
  RotationStep due(Instant now, CertificateState held, CaBundleHistory trust) {
    return issue(now, held, trust)
        .or(() -> make(now, held, trust))
        .or(() -> tell(now, held, trust))
        .or(() -> drop(now, held))
        .orElseGet(RotationStep.Rest::new);
  }

  private Optional<RotationStep> issue(Instant now, CertificateState held, CaBundleHistory trust) {
    for (int i = held.authorities().size() - 1; i >= 0; i--) {
      Authority authority = held.authorities().get(i);
      if (authority.key().isPresent()
          && authority.isValid(now)
          && isSettled(authority, i == held.issuer(), now, trust)) {
        Instant end = earlier(now.plus(lifetimes.leaf()), authority.end());
        return isLeafDue(now, held, i, end)
            ? Optional.of(new RotationStep.Issue(i, end))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether every API server can be taken to trust it. */
  private boolean isSettled(
      Authority authority, boolean hasIssued, Instant now, CaBundleHistory trust) {
    return trust
        .since(authority.certificate(), now)
        .filter(
            since ->
                hasIssued
                    || trust.isAlone(authority.certificate(), now)
                    || !now.isBefore(since.plus(lifetimes.settling())))
        .isPresent();
  }

  /**
   * @param end of a leaf that is issued now: near the end of a CA that can't be replaced, no leaf
   *     lives longer than the one before
   */
  private boolean isLeafDue(Instant now, CertificateState held, int issuer, Instant end) {
    if (held.leaf().isEmpty() || held.issuer() < issuer) {
      return true;
    }
    Leaf leaf = held.leaf().get();
    boolean isNearItsEnd = Duration.between(now, leaf.end()).compareTo(lifetimes.leafLeft()) < 0;
    return !leaf.isFor(names) || isNearItsEnd && leaf.end().plusSeconds(1).isBefore(end);
  }

  private Optional<RotationStep> make(Instant now, CertificateState held, CaBundleHistory trust) {
    boolean hasTime =
        held.newest()
            .filter(newest -> newest.left(now).compareTo(lifetimes.authorityLeft()) >= 0)
            .isPresent();
    return hasTime ? Optional.empty() : Optional.of(new RotationStep.Make(found(now, held, trust)));
  }

  /** Nobody knows what a lost CA issued last: no later than now, and it lives no longer. */
  private List<Authority> found(Instant now, CertificateState held, CaBundleHistory trust) {
    if (!held.authorities().isEmpty()) {
      return List.of();
    }
    return trust.anywhere().stream()
        .map(
            ca -> new Authority(ca, Optional.empty(), earlier(end(ca), now.plus(lifetimes.leaf()))))
        .filter(authority -> authority.isValid(now))
        .toList();
  }

  private static Instant end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  private static Optional<RotationStep> tell(
      Instant now, CertificateState held, CaBundleHistory trust) {
    List<X509Certificate> bundle = held.bundle(now);
    return trust.is(bundle) ? Optional.empty() : Optional.of(new RotationStep.Tell(bundle));
  }

  private static Optional<RotationStep> drop(Instant now, CertificateState held) {
    List<Authority> lapsed =
        held.authorities().stream()
            .filter(authority -> !held.newest().equals(Optional.of(authority)))
            .filter(authority -> !now.isBefore(authority.leavesUntil()) || !authority.isValid(now))
            .toList();
    return lapsed.isEmpty() ? Optional.empty() : Optional.of(new RotationStep.Drop(lapsed));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
