package dev.lockstep.observability.metrics;

import dev.lockstep.model.HeadKind;
import dev.lockstep.versioning.VersionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;

/** How many versions were made, and how many contents found the one that they had before. */
@Singleton
class VersionMetrics implements VersionListener {
  private final Map<HeadKind, Counter> made = new EnumMap<>(HeadKind.class);
  private final Map<HeadKind, Counter> reused = new EnumMap<>(HeadKind.class);

  VersionMetrics(MeterRegistry registry) {
    for (HeadKind kind : HeadKind.values()) {
      made.put(
          kind,
          Counter.builder("lockstep.versions.made")
              .description("Versions that were written")
              .tag("kind", kind.kind())
              .register(registry));
      reused.put(
          kind,
          Counter.builder("lockstep.versions.reused")
              .description("Contents that came back, and with them their older version")
              .tag("kind", kind.kind())
              .register(registry));
    }
  }

  @Override
  public void made(HeadKind kind) {
    made.get(kind).increment();
  }

  @Override
  public void reused(HeadKind kind) {
    reused.get(kind).increment();
  }
}
