package dev.lockstep;

import dev.lockstep.reconcile.Collector;
import dev.lockstep.reconcile.Reconciler;
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
    Reconciler reconciler = lockstep.reconciler();
    Gauge.builder("lockstep.workloads.behind", reconciler, r -> r.census().behind())
        .description("Workloads on another version than the current one; 0 where not leading")
        .register(registry);
    Gauge.builder("lockstep.workloads.held", reconciler, r -> r.census().held())
        .description("Workloads that an undo keeps on an older version; 0 where not leading")
        .register(registry);
    Gauge.builder("lockstep.workloads.waiting", reconciler, r -> r.census().waiting())
        .description("Workloads that wait for a ConfigMap or Secret; 0 where not leading")
        .register(registry);
    FunctionCounter.builder("lockstep.reconcile.failures", reconciler, Reconciler::failures)
        .description("Heads and passes through namespaces that failed, and were tried again")
        .register(registry);
    Gauge.builder("lockstep.reconcile.failing", reconciler, Reconciler::failing)
        .description("Heads and passes through namespaces that failed last time")
        .register(registry);
    Gauge.builder("lockstep.leader", reconciler, r -> r.isLeading() ? 1 : 0)
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
