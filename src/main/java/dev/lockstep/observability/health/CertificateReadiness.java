package dev.lockstep.observability.health;

import dev.lockstep.app.CertificateController;
import dev.lockstep.certificates.TrustCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when a certificate is served that the webhook configurations trust. */
@Readiness
@Singleton
class CertificateReadiness implements HealthCheck {
  private final CertificateController upkeep;

  CertificateReadiness(CertificateController upkeep) {
    this.upkeep = upkeep;
  }

  @Override
  public HealthCheckResponse call() {
    TrustCheck verdict = upkeep.verdict();
    return HealthCheckResponse.named("certificate")
        .status(verdict.isTrusted())
        .withData("why", verdict.why())
        .build();
  }
}
