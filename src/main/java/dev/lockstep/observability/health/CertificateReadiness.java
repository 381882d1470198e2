package dev.lockstep.observability.health;

import dev.lockstep.certificates.CertificateController;
import dev.lockstep.certificates.TrustCheck;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when a certificate is served that the webhook configurations trust. */
@Readiness
@Singleton
class CertificateReadiness implements HealthCheck {
  private final CertificateController certificates;

  CertificateReadiness(CertificateController certificates) {
    this.certificates = certificates;
  }

  @Override
  public HealthCheckResponse call() {
    TrustCheck check = certificates.lastCheck();
    return HealthCheckResponse.named("certificate")
        .status(check.isTrusted())
        .withData("why", check.why())
        .build();
  }
}
