package dev.lockstep.observability.health;

import dev.lockstep.kubernetes.client.ApiServerProbe;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while the API server does not answer this server: another one may do better. */
@Readiness
@Singleton
class ApiServerReadiness implements HealthCheck {
  private final ApiServerProbe probe;

  ApiServerReadiness(ApiServerProbe probe) {
    this.probe = probe;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("api-server")
        .status(probe.isThere())
        .withData("lastAnswer", probe.lastAnswer())
        .build();
  }
}
