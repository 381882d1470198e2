package dev.lockstep.observability.health;

import dev.lockstep.app.Lockstep;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while the API server does not answer this server: another one may do better. */
@Readiness
@Singleton
class ApiServerReadiness implements HealthCheck {
  private final Lockstep lockstep;

  ApiServerReadiness(Lockstep lockstep) {
    this.lockstep = lockstep;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("api-server").status(lockstep.isInContact()).build();
  }
}
