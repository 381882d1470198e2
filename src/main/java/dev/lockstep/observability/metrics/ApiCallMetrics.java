package dev.lockstep.observability.metrics;

import dev.lockstep.kubernetes.client.CallListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** How many calls were made to the API server, how they ended, and in what time. */
@Singleton
class ApiCallMetrics implements CallListener {
  private static final Duration[] BUCKETS =
      LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 3_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private record Key(String verb, String resource, String code) {}

  private final MeterRegistry registry;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  ApiCallMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void called(String verb, String resource, String code, long nanos) {
    timers
        .computeIfAbsent(new Key(verb, resource, code), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Key key) {
    return Timer.builder("lockstep.api.call.duration")
        .description("Calls to the API server, by verb, resource and class of the answer's code")
        .tag("verb", key.verb())
        .tag("resource", key.resource())
        .tag("code", key.code())
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
