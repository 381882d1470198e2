package dev.lockstep.kubernetes.repository;

import dev.lockstep.callers.PathStore;
import dev.lockstep.certificates.rotation.CertificateStore;
import java.util.Map;
import java.util.Optional;

/** The webhooks' paths in a Secret of our own namespace, written as certificates are. */
public final class SecretPathStore implements PathStore {
  private final CertificateStore secret;

  public SecretPathStore(CertificateStore secret) {
    this.secret = secret;
  }

  @Override
  public Kept read() {
    return secret
        .read()
        .map(stored -> new Kept(Optional.of(stored.version()), stored.texts()))
        .orElse(Kept.NOTHING);
  }

  @Override
  public boolean write(Kept before, Map<String, String> texts) {
    return before
        .version()
        .map(version -> secret.replace(new CertificateStore.Stored(before.texts(), version), texts))
        .orElseGet(() -> secret.create(texts));
  }
}
