package dev.lockstep;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;

/** What is measured besides what Quarkus measures of itself; served beside the probes. */
@Startup
@Singleton
class Metrics {
  Metrics(Lockstep lockstep, MeterRegistry registry) {
    Gauge.builder("lockstep.workloads.behind", lockstep, Lockstep::workloadsBehind)
        .description("Workloads on another version than the current one; 0 where not leading")
        .register(registry);
    Gauge.builder("lockstep.leader", lockstep, l -> l.isLeading() ? 1 : 0)
        .description("1 where this replica leads")
        .register(registry);
  }
}
