package dev.lockstep.kubernetes.client;

import dev.lockstep.controller.queue.PeriodicTask;
import dev.lockstep.kubernetes.leader.LeaderElection;
import dev.lockstep.model.ApiServerException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

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
  private volatile @Nullable Instant lastAnswer;

  public ApiServerProbe(KubeApiClient api, String ownNamespace) {
    this.api = api;
    this.path =
        ApiPaths.all("coordination.k8s.io", "v1", ownNamespace, "leases")
            + "/"
            + LeaderElection.LEASE;
  }

  public void start(ScheduledExecutorService executor) {
    PeriodicTask.start("api-server", executor, Duration.ZERO, BETWEEN_LOOKS, this::look);
  }

  public boolean isThere() {
    return answered && System.nanoTime() - answeredAt < LOST_AFTER.toNanos();
  }

  /** For people: when that was, by this machine's clock. */
  public String lastAnswer() {
    Instant known = lastAnswer;
    return known == null ? "none yet" : known.toString();
  }

  private void look() {
    try {
      api.get(path);
      answeredAt = System.nanoTime();
      lastAnswer = Instant.now();
      answered = true;
    } catch (ApiServerException e) {
      // Time tells.
    }
  }
}
