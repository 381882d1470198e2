package dev.lockstep;

import dev.lockstep.tls.CertificateFiles;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.KeyStoreProvider;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The certificate of the TLS configuration {@code webhook}. Looks for a renewed one; a kubelet
 * takes up to a minute to bring it.
 */
@Singleton
@Identifier("webhook")
class Certificates implements KeyStoreProvider {
  private static final int SECONDS_BETWEEN_LOOKS = 5;

  private final LockstepConfig.Tls tls;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lockstep-certificate"));

  Certificates(LockstepConfig config) {
    this.tls = config.tls();
  }

  @Override
  public KeyStoreAndKeyCertOptions getKeyStore(Vertx vertx) {
    CertificateFiles files = new CertificateFiles(tls.certificate(), tls.key(), vertx);
    executor.scheduleWithFixedDelay(
        files::look, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
    return new KeyStoreAndKeyCertOptions(files.keyStore(), files.options());
  }

  @PreDestroy
  void stop() {
    executor.shutdownNow();
  }
}
