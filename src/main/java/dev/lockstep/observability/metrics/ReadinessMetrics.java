package dev.lockstep.observability.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** The answer of the readiness probe as a gauge, for alerts. */
@Startup
@Singleton
class ReadinessMetrics {
  private final List<HealthCheck> checks;

  ReadinessMetrics(@Readiness Instance<HealthCheck> checks, MeterRegistry registry) {
    this.checks = checks.stream().toList();
    Gauge.builder("lockstep.ready", this, ReadinessMetrics::ready)
        .description("1 where this replica is ready to answer reviews")
        .register(registry);
  }

  private double ready() {
    return checks.stream().allMatch(ReadinessMetrics::isUp) ? 1 : 0;
  }

  private static boolean isUp(HealthCheck check) {
    return check.call().getStatus() == HealthCheckResponse.Status.UP;
  }
}
