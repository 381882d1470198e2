package dev.lockstep.observability.metrics;

import dev.lockstep.app.Lockstep;
import dev.lockstep.controller.head.HeadController;
import dev.lockstep.controller.retention.RetentionController;
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
class ControllerMetrics {
  ControllerMetrics(Lockstep lockstep, MeterRegistry registry) {
    HeadController reconciler = lockstep.reconciler();
    Gauge.builder("lockstep.workloads.behind", reconciler, r -> r.counts().behind())
        .description("Workloads on another version than the current one; 0 where not leading")
        .register(registry);
    Gauge.builder("lockstep.workloads.held", reconciler, r -> r.counts().held())
        .description("Workloads that an undo keeps on an older version; 0 where not leading")
        .register(registry);
    Gauge.builder("lockstep.workloads.waiting", reconciler, r -> r.counts().waiting())
        .description("Workloads that wait for a ConfigMap or Secret; 0 where not leading")
        .register(registry);
    FunctionCounter.builder("lockstep.reconcile.failures", reconciler, HeadController::failures)
        .description("Heads and passes through namespaces that failed, and were tried again")
        .register(registry);
    Gauge.builder("lockstep.reconcile.failing", reconciler, HeadController::failing)
        .description("Heads and passes through namespaces that failed last time")
        .register(registry);
    Gauge.builder("lockstep.leader", reconciler, r -> r.isLeading() ? 1 : 0)
        .description("1 where this replica leads")
        .register(registry);
    RetentionController collector = lockstep.collector();
    FunctionCounter.builder("lockstep.versions.deleted", collector, RetentionController::deleted)
        .description("Versions that retention deleted")
        .register(registry);
    FunctionCounter.builder("lockstep.versions.reported", collector, RetentionController::reported)
        .description("Versions that retention would have deleted, in the mode report")
        .register(registry);
    FunctionCounter.builder("lockstep.retention.failures", collector, RetentionController::failures)
        .description("Looks at a namespace that failed, so that nothing was deleted there")
        .register(registry);
    FunctionCounter.builder("lockstep.retention.sweeps", collector, RetentionController::sweeps)
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
