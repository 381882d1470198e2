package dev.lockstep.observability.health;

import dev.lockstep.app.Lockstep;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as a restart would not help; see {@link Watchdog}. */
@Liveness
@Singleton
class WatchdogLiveness implements HealthCheck {
  private final Lockstep lockstep;

  WatchdogLiveness(Lockstep lockstep) {
    this.lockstep = lockstep;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> trouble = lockstep.trouble();
    var response = HealthCheckResponse.named("pulse").status(trouble.isEmpty());
    trouble.ifPresent(what -> response.withData("trouble", what));
    return response.build();
  }
}
