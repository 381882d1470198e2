package dev.lockstep;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when it has its key, and knows which namespaces are opted in and which heads there are. */
@Readiness
@Singleton
class Ready implements HealthCheck {
  private final Lockstep lockstep;

  Ready(Lockstep lockstep) {
    this.lockstep = lockstep;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("watches").status(lockstep.isReady()).build();
  }
}
