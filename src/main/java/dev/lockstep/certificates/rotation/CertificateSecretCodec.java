package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.x509.KeyMatching;
import dev.lockstep.certificates.x509.Pem;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How {@link CertificateState} are written: {@code tls.crt}, {@code tls.key}, and of the CAs, the
 * oldest first, {@code ca.crt}, {@code ca.key} (of those that have one) and {@code
 * ca.leaves-until}, a line each.
 */
final class CertificateSecretCodec {
  static final String LEAF = "tls.crt";
  static final String LEAF_KEY = "tls.key";
  static final String AUTHORITIES = "ca.crt";
  static final String AUTHORITY_KEYS = "ca.key";
  static final String LEAVES_UNTIL = "ca.leaves-until";

  private CertificateSecretCodec() {}

  static Map<String, String> write(CertificateState held) {
    List<Authority> all = held.authorities();
    return Map.of(
        LEAF, held.leaf().map(l -> Pem.certificates(List.of(l.certificate()))).orElse(""),
        LEAF_KEY, held.leaf().map(l -> Pem.key(l.key())).orElse(""),
        AUTHORITIES, Pem.certificates(all.stream().map(Authority::certificate).toList()),
        AUTHORITY_KEYS,
            all.stream()
                .flatMap(authority -> authority.key().stream())
                .map(Pem::key)
                .collect(Collectors.joining()),
        LEAVES_UNTIL,
            all.stream()
                .map(authority -> authority.leavesUntil() + "\n")
                .collect(Collectors.joining()));
  }

  /**
   * @throws IllegalArgumentException if that is not what was written
   */
  static CertificateState read(Map<String, String> texts) {
    List<X509Certificate> certificates = Pem.certificates(texts.getOrDefault(AUTHORITIES, ""));
    List<PrivateKey> keys = Pem.keys(texts.getOrDefault(AUTHORITY_KEYS, ""));
    List<String> ends = texts.getOrDefault(LEAVES_UNTIL, "").lines().toList();
    if (certificates.isEmpty() || ends.size() != certificates.size()) {
      throw new IllegalArgumentException(
          AUTHORITIES + " and " + LEAVES_UNTIL + " don't tell of the same CAs");
    }
    List<Authority> authorities = new ArrayList<>();
    for (int i = 0; i < certificates.size(); i++) {
      X509Certificate certificate = certificates.get(i);
      Optional<PrivateKey> key =
          keys.stream().filter(each -> KeyMatching.isPair(certificate, each)).findFirst();
      authorities.add(new Authority(certificate, key, instant(ends.get(i))));
    }
    return new CertificateState(authorities, leaf(texts));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(LEAVES_UNTIL + " holds no time", e);
    }
  }

  private static Optional<Leaf> leaf(Map<String, String> texts) {
    List<X509Certificate> certificates = Pem.certificates(texts.getOrDefault(LEAF, ""));
    List<PrivateKey> keys = Pem.keys(texts.getOrDefault(LEAF_KEY, ""));
    if (certificates.isEmpty() || keys.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Leaf(certificates.get(0), keys.get(0)))
        .filter(leaf -> KeyMatching.isPair(leaf.certificate(), leaf.key()));
  }
}
