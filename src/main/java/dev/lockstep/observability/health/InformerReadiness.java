package dev.lockstep.observability.health;

import dev.lockstep.kubernetes.watch.HeadInformers;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when it is known which namespaces are opted in and which heads there are. */
@Readiness
@Singleton
class InformerReadiness implements HealthCheck {
  private final NamespaceWatcher namespaces;
  private final HeadInformers heads;

  InformerReadiness(NamespaceWatcher namespaces, HeadInformers heads) {
    this.namespaces = namespaces;
    this.heads = heads;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("informers")
        .status(namespaces.isReady() && heads.isReady())
        .withData("namespacesSynced", namespaces.isReady())
        .withData("headsSynced", heads.isReady())
        .build();
  }
}
