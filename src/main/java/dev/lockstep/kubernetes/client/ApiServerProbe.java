package dev.lockstep.kubernetes.client;

import dev.lockstep.kubernetes.leader.LeaderElection;
import dev.lockstep.model.ApiServerException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Whether the API server answers this server: one that it does not answer can't admit anything,
 * while another may. Watches don't tell; they know what they knew.
 */
public final class ApiServerProbe {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /**
   * An API server that is slow is no loss of contact: all servers would be taken away, and what
   * takes long now would fail at once.
   */
  private static final Duration LOST_AFTER = Duration.ofSeconds(15);

  private final KubeApiClient api;
  private final String path;
  private volatile long answeredAt;
  private volatile boolean answered;

  public ApiServerProbe(KubeApiClient api, String ownNamespace) {
    this.api = api;
    this.path =
        ApiPaths.all("coordination.k8s.io", "v1", ownNamespace, "leases")
            + "/"
            + LeaderElection.LEASE;
  }

  public void start(ScheduledExecutorService executor) {
    executor.scheduleWithFixedDelay(this::look, 0, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
  }

  public boolean isThere() {
    return answered && System.nanoTime() - answeredAt < LOST_AFTER.toNanos();
  }

  private void look() {
    try {
      api.get(path);
      answeredAt = System.nanoTime();
      answered = true;
    } catch (ApiServerException e) {
      // Time tells.
    }
  }
}
