package dev.lockstep.observability.health;

import dev.lockstep.warmup.WarmUp;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the warm-up is over, whether or not it succeeded. */
@Readiness
@Singleton
class WarmUpReadiness implements HealthCheck {
  private final WarmUp warmUp;

  WarmUpReadiness(WarmUp warmUp) {
    this.warmUp = warmUp;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("warm-up")
        .status(warmUp.isOver())
        .withData("answered", warmUp.answered())
        .build();
  }
}
