package dev.lockstep.observability.health;

import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Alive as long as a restart would not help; see {@link Watchdog}. */
@Liveness
@Singleton
class WatchdogLiveness implements HealthCheck {
  private final Watchdog watchdog;

  WatchdogLiveness(Watchdog watchdog) {
    this.watchdog = watchdog;
  }

  @Override
  public HealthCheckResponse call() {
    Optional<String> trouble = watchdog.trouble();
    var response = HealthCheckResponse.named("watchdog").status(trouble.isEmpty());
    trouble.ifPresent(what -> response.withData("trouble", what));
    return response.build();
  }
}
