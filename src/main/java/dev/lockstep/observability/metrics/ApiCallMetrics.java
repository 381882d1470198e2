package dev.lockstep.observability.metrics;

import dev.lockstep.kubernetes.client.CallListener;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** How many calls were made to the API server, how they ended, and in what time. */
@Singleton
class ApiCallMetrics implements CallListener {
  private static final Duration[] BUCKETS =
      LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 3_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterProvider<Timer> timers;

  ApiCallMetrics(MeterRegistry registry) {
    timers =
        Timer.builder("lockstep.api.call.duration")
            .description(
                "Calls to the API server, by verb, resource and class of the answer's code")
            .serviceLevelObjectives(BUCKETS)
            .withRegistry(registry);
  }

  @Override
  public void called(String verb, String resource, String code, long nanos) {
    timers
        .withTags("verb", verb, "resource", resource, "code", code)
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
