package dev.lockstep.certificates.rotation;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What is kept: CAs, the oldest first, and the leaf that is to be served, which one of them issued.
 */
record CertificateState(List<Authority> authorities, Optional<Leaf> leaf) {
  static final CertificateState NONE = new CertificateState(List.of(), Optional.empty());

  CertificateState {
    authorities = List.copyOf(authorities);
  }

  /** The newest one that may issue. */
  Optional<Authority> newest() {
    return authorities.stream().filter(a -> a.key().isPresent()).reduce((older, newer) -> newer);
  }

  /** Where in the list the leaf's issuer is; -1 without a leaf. */
  int issuer() {
    for (int i = 0; i < authorities.size(); i++) {
      if (leaf.isPresent() && authorities.get(i).issued(leaf.get())) {
        return i;
      }
    }
    return -1;
  }

  /** What the API server is to trust. */
  List<X509Certificate> bundle(Instant now) {
    return authorities.stream()
        .filter(authority -> authority.isValid(now))
        .map(Authority::certificate)
        .toList();
  }

  CertificateState with(Collection<Authority> added) {
    List<Authority> all = new ArrayList<>(authorities);
    all.addAll(added);
    return new CertificateState(all, leaf);
  }

  /** With a leaf of the one at this place. Older ones issue no more. */
  CertificateState issued(int by, Leaf issued) {
    List<Authority> all = new ArrayList<>(authorities);
    all.set(by, all.get(by).withLeavesUntil(issued.end()));
    for (int older = 0; older < by; older++) {
      all.set(older, all.get(older).withoutKey());
    }
    return new CertificateState(all, Optional.of(issued));
  }

  /** A leaf of one of them goes, too: it has ended. */
  CertificateState without(Collection<Authority> lapsed) {
    return new CertificateState(
        authorities.stream().filter(a -> !lapsed.contains(a)).toList(),
        leaf.filter(l -> lapsed.stream().noneMatch(a -> a.issued(l))));
  }
}
