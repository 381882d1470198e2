package dev.lockstep;

import dev.lockstep.tls.CertificateFiles;
import io.quarkus.runtime.Startup;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks for a renewed certificate; a kubelet takes up to a minute to bring one. */
@Startup
@Singleton
class Certificates {
  private static final int SECONDS_BETWEEN_LOOKS = 5;

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lockstep-certificate"));

  Certificates(
      LockstepConfig config,
      TlsConfigurationRegistry registry,
      Event<CertificateUpdatedEvent> updated) {
    CertificateFiles files =
        new CertificateFiles(
            List.of(config.tls().certificate(), config.tls().key()), registry, updated::fire);
    executor.scheduleWithFixedDelay(
        files::look, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
  }

  @PreDestroy
  void stop() {
    executor.shutdownNow();
  }
}
