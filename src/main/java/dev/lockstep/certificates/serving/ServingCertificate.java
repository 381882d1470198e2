package dev.lockstep.certificates.serving;

import io.vertx.core.net.KeyCertOptions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509KeyManager;

/** What the server shows; none at first, and then handshakes fail. */
public final class ServingCertificate {
  private final ReloadableKeyManager keys = new ReloadableKeyManager();
  private volatile List<X509Certificate> chain = List.of();

  public void serve(X509KeyManager renewed, List<X509Certificate> itsChain) {
    keys.renew(renewed);
    chain = List.copyOf(itsChain);
  }

  /** The leaf first; empty if there is none. */
  public List<X509Certificate> chain() {
    return chain;
  }

  /** When the leaf ends. */
  public Optional<Instant> end() {
    return chain.stream().findFirst().map(leaf -> leaf.getNotAfter().toInstant());
  }

  /** What the server is to be given. */
  public KeyCertOptions options() {
    return KeyCertOptions.wrap(keys);
  }
}
