package dev.lockstep.observability.metrics;

import dev.lockstep.certificates.serving.ServingCertificate;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.time.Instant;

/** When the certificate that is served ends. */
@Startup
@Singleton
class CertificateMetrics {
  CertificateMetrics(ServingCertificate served, MeterRegistry registry) {
    Gauge.builder("lockstep.certificate.expiry", served, CertificateMetrics::end)
        .baseUnit("seconds")
        .description("When the certificate that is served ends, in seconds since 1970; 0 without")
        .register(registry);
  }

  private static double end(ServingCertificate served) {
    return served.end().map(Instant::getEpochSecond).orElse(0L);
  }
}
