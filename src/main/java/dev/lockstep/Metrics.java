package dev.lockstep;

import dev.lockstep.reconcile.Collector;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;

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
    Collector collector = lockstep.collector();
    FunctionCounter.builder("lockstep.versions.deleted", collector, Collector::deleted)
        .description("Versions that retention deleted")
        .register(registry);
    FunctionCounter.builder("lockstep.versions.reported", collector, Collector::reported)
        .description("Versions that retention would have deleted, in the mode report")
        .register(registry);
    FunctionCounter.builder("lockstep.retention.failures", collector, Collector::failures)
        .description("Looks at a namespace that failed, so that nothing was deleted there")
        .register(registry);
    FunctionCounter.builder("lockstep.retention.sweeps", collector, Collector::sweeps)
        .description("Looks at all namespaces that came to their end")
        .register(registry);
    TimeGauge.builder(
            "lockstep.retention.sweep",
            collector,
            TimeUnit.MILLISECONDS,
            c -> c.lastSweep().toMillis())
        .description("How long the last look at all namespaces took")
        .register(registry);
  }
}
