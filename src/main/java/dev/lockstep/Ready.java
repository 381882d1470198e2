package dev.lockstep;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when it has its key, knows which namespaces are opted in and which heads there are, and is
 * warmed up.
 */
@Readiness
@Singleton
class Ready implements HealthCheck {
  private final Lockstep lockstep;
  private final WarmUp warmUp;

  Ready(Lockstep lockstep, WarmUp warmUp) {
    this.lockstep = lockstep;
    this.warmUp = warmUp;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("watches")
        .status(lockstep.isReady() && warmUp.isOver())
        .build();
  }
}
