package dev.lockstep.kubernetes;

import dev.lockstep.version.ApiCallException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Whether the API server answers this server: one that it does not answer can't admit anything,
 * while another may. Watches don't tell; they know what they knew.
 */
public final class Contact {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /**
   * An API server that is slow is no loss of contact: all servers would be taken away, and what
   * takes long now would fail at once.
   */
  private static final Duration LOST_AFTER = Duration.ofSeconds(15);

  private final ApiServer api;
  private final String path;
  private volatile long answeredAt;
  private volatile boolean answered;

  public Contact(ApiServer api, String ownNamespace) {
    this.api = api;
    this.path =
        Paths.all("coordination.k8s.io", "v1", ownNamespace, "leases") + "/" + Leadership.LEASE;
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
    } catch (ApiCallException e) {
      // Time tells.
    }
  }
}
