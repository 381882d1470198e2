package dev.lockstep.app;

import dev.lockstep.certificates.serving.CertificateFileSource;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.logging.LogOnChange;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.KeyStoreProvider;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The certificate of the TLS configuration {@code webhook}. The server starts without one, too: it
 * is not ready then, and gets one as soon as there is one.
 */
@Singleton
@Identifier("webhook")
public class WebhookKeyStoreProvider implements KeyStoreProvider {
  private static final Logger LOG = Logger.getLogger(WebhookKeyStoreProvider.class);

  private final LockstepConfig.Tls tls;
  private final ServingCertificate served = new ServingCertificate();
  private final LogOnChange complaint = new LogOnChange(LOG);
  private volatile Optional<CertificateFileSource> files = Optional.empty();

  WebhookKeyStoreProvider(LockstepConfig config) {
    this.tls = config.tls();
  }

  @Override
  public KeyStoreAndKeyCertOptions getKeyStore(Vertx vertx) {
    if (tls.mode() == LockstepConfig.Tls.Mode.FILES) {
      files = Optional.of(new CertificateFileSource(tls.certificate(), tls.key(), vertx, served));
      lookAtFiles();
    }
    return new KeyStoreAndKeyCertOptions(empty(), served.options());
  }

  /** While the files are being replaced, the certificate before is served. */
  void lookAtFiles() {
    try {
      files.ifPresent(CertificateFileSource::look);
      complaint.over();
    } catch (IllegalStateException e) {
      complaint.about(e.getMessage());
    }
  }

  public ServingCertificate served() {
    return served;
  }

  /** Quarkus takes from it which names there are, of which there is one. */
  private static KeyStore empty() {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      return keys;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("Java has no PKCS#12", e);
    }
  }
}
