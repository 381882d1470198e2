package dev.lockstep.observability.health;

import dev.lockstep.kubernetes.repository.HashKeySecret;
import dev.lockstep.model.HeadKind;
import jakarta.inject.Singleton;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the key for the hashes of Secrets is there, or when Secrets get no versions. */
@Readiness
@Singleton
class HashKeyReadiness implements HealthCheck {
  private final HashKeySecret key;
  private final boolean isNeeded;

  HashKeyReadiness(HashKeySecret key, Set<HeadKind> served) {
    this.key = key;
    this.isNeeded = served.contains(HeadKind.SECRET);
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("hash-key")
        .status(key.isThere() || !isNeeded)
        .withData("needed", isNeeded)
        .withData("there", key.isThere())
        .build();
  }
}
