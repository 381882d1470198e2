package dev.lockstep.observability.health;

import dev.lockstep.app.Lockstep;
import dev.lockstep.warmup.WarmUp;
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
class InformerReadiness implements HealthCheck {
  private final Lockstep lockstep;
  private final WarmUp warmUp;

  InformerReadiness(Lockstep lockstep, WarmUp warmUp) {
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
