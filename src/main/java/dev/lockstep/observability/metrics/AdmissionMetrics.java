package dev.lockstep.observability.metrics;

import dev.lockstep.webhook.AdmissionListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How many reviews were answered, how, and in what time. */
@Singleton
class AdmissionMetrics implements AdmissionListener {
  private static final Duration[] BUCKETS =
      Stream.of(200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000, 500_000)
          .map(micros -> Duration.ofNanos(micros * 1_000L))
          .toArray(Duration[]::new);
  private static final Duration[] LONGER = {
    Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10)
  };
  private static final Map<String, List<String>> OPERATIONS =
      Map.of(
          "heads", List.of("create", "update"),
          "workloads", List.of("create", "update"),
          "versions", List.of("delete"));

  private record Key(String webhook, String operation, Outcome outcome) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  /** All of them are there from the start: the first failure is a step from 0 to 1 then. */
  AdmissionMetrics(MeterRegistry registry) {
    this.registry = registry;
    OPERATIONS.forEach(
        (webhook, operations) -> {
          for (String operation : operations) {
            Stream.of(Outcome.UNCHANGED, Outcome.CHANGED, Outcome.DENIED, Outcome.FAILED)
                .filter(outcome -> outcome != Outcome.CHANGED || !operation.equals("delete"))
                .forEach(outcome -> timer(new Key(webhook, operation, outcome)));
          }
          timer(new Key(webhook, UNKNOWN_OPERATION, Outcome.MALFORMED));
        });
  }

  @Override
  public void answered(String webhook, String operation, Outcome outcome, long nanos) {
    timer(new Key(webhook, operation, outcome)).record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Key key) {
    return timers.computeIfAbsent(
        key,
        k ->
            Timer.builder("lockstep.admission.duration")
                .description("Reviews that were answered, by webhook, operation and outcome")
                .tag("webhook", k.webhook())
                .tag("operation", k.operation())
                .tag("outcome", k.outcome().label())
                .serviceLevelObjectives(
                    Stream.of(BUCKETS, LONGER).flatMap(Stream::of).toArray(Duration[]::new))
                .register(registry));
  }
}
