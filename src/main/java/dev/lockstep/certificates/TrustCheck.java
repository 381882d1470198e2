package dev.lockstep.certificates;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether API servers can trust what is served.
 *
 * @param why a sentence, either way
 */
public record TrustCheck(boolean isTrusted, String why) {

  /**
   * @param chain what is served, the leaf first; empty if nothing is
   */
  public static TrustCheck of(List<X509Certificate> chain, List<CaBundle> bundles, Instant now) {
    if (chain.isEmpty()) {
      return new TrustCheck(false, "there is no certificate yet");
    }
    X509Certificate leaf = chain.get(0);
    if (!now.isBefore(leaf.getNotAfter().toInstant())) {
      return new TrustCheck(
          false, "the certificate has ended at " + leaf.getNotAfter().toInstant());
    }
    for (CaBundle bundle : bundles) {
      if (bundle.authorities().isEmpty()) {
        return new TrustCheck(
            false, "webhook " + bundle.webhook() + " has no caBundle that can be read");
      }
      if (!isTrusted(chain, bundle.authorities(), now)) {
        return new TrustCheck(
            false,
            "the caBundle of webhook " + bundle.webhook() + " does not trust what is served");
      }
    }
    return new TrustCheck(true, "served until " + leaf.getNotAfter().toInstant());
  }

  /** Where the bundles may not be read. They count as right, since nobody could say otherwise. */
  public static TrustCheck unseen(List<X509Certificate> chain, Instant now, String why) {
    TrustCheck served = of(chain, List.of(), now);
    return served.isTrusted() ? new TrustCheck(true, served.why() + "; " + why) : served;
  }

  private static boolean isTrusted(
      List<X509Certificate> chain, Set<X509Certificate> authorities, Instant now) {
    if (authorities.contains(chain.get(0))) {
      return true;
    }
    try {
      PKIXParameters parameters =
          new PKIXParameters(
              authorities.stream()
                  .map(authority -> new TrustAnchor(authority, null))
                  .collect(Collectors.toSet()));
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      // An issuer that is served along and trusted, too, would be its own anchor.
      List<X509Certificate> path =
          chain.stream().takeWhile(each -> !authorities.contains(each)).toList();
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
