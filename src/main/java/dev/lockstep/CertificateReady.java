package dev.lockstep;

import dev.lockstep.tls.Verdict;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when a certificate is served that the webhook configurations trust. */
@Readiness
@Singleton
class CertificateReady implements HealthCheck {
  private final CertificateUpkeep upkeep;

  CertificateReady(CertificateUpkeep upkeep) {
    this.upkeep = upkeep;
  }

  @Override
  public HealthCheckResponse call() {
    Verdict verdict = upkeep.verdict();
    return HealthCheckResponse.named("certificate")
        .status(verdict.isTrusted())
        .withData("why", verdict.why())
        .build();
  }
}
