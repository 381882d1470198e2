package dev.lockstep.certificates.rotation;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which CAs the API server trusts, as seen in the webhook configurations.
 *
 * @param since those that all bundles hold, and since when that has been seen without a gap
 * @param anywhere those that some bundle holds
 * @param isAsked false where there is no webhook, so that nobody has to trust anything
 * @param isSame whether all bundles hold the same
 */
record CaBundleHistory(
    Map<X509Certificate, Instant> since,
    Set<X509Certificate> anywhere,
    boolean isAsked,
    boolean isSame) {
  static final CaBundleHistory NONE = new CaBundleHistory(Map.of(), Set.of(), false, true);

  /** After another look. */
  CaBundleHistory seen(Collection<Set<X509Certificate>> bundles, Instant now) {
    Set<X509Certificate> some = new HashSet<>();
    bundles.forEach(some::addAll);
    Map<X509Certificate, Instant> all = new HashMap<>();
    for (X509Certificate each : some) {
      if (bundles.stream().allMatch(bundle -> bundle.contains(each))) {
        all.put(each, since.getOrDefault(each, now));
      }
    }
    return new CaBundleHistory(all, some, !bundles.isEmpty(), all.size() == some.size());
  }

  Optional<Instant> since(X509Certificate authority, Instant now) {
    return isAsked ? Optional.ofNullable(since.get(authority)) : Optional.of(now);
  }

  /** Whether no server with another CA's leaf can be trusted. */
  boolean isAlone(X509Certificate authority, Instant now) {
    return anywhere.stream()
        .allMatch(a -> a.equals(authority) || !now.isBefore(a.getNotAfter().toInstant()));
  }

  /** Whether all bundles hold just this. */
  boolean is(Collection<X509Certificate> bundle) {
    return !isAsked || isSame && anywhere.equals(Set.copyOf(bundle));
  }
}
