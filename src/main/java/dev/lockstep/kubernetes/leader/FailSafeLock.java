package dev.lockstep.kubernetes.leader;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.function.Supplier;

/**
 * A lock that fails only as electors expect it. Any other exception ends an elector for good,
 * without telling: this replica would never lead again.
 */
record FailSafeLock(Lock lock) implements Lock {
  private static final ZonedDateTime LONG_AGO = Instant.EPOCH.atZone(ZoneOffset.UTC);
  private static final LeaderElectionRecord NOBODYS =
      new LeaderElectionRecord("", Duration.ofSeconds(1), LONG_AGO, LONG_AGO, 0);

  @Override
  public LeaderElectionRecord get(KubernetesClient client) {
    return steadily(
        () -> {
          try {
            return lock.get(client);
          } catch (NullPointerException e) {
            // A lease that somebody has taken a field from; taking it writes all of them.
            return NOBODYS;
          }
        });
  }

  @Override
  public void create(KubernetesClient client, LeaderElectionRecord leaderElectionRecord) {
    steadily(
        () -> {
          lock.create(client, leaderElectionRecord);
          return null;
        });
  }

  @Override
  public void update(KubernetesClient client, LeaderElectionRecord leaderElectionRecord) {
    steadily(
        () -> {
          lock.update(client, leaderElectionRecord);
          return null;
        });
  }

  private static <T> T steadily(Supplier<T> call) {
    try {
      return call.get();
    } catch (KubernetesClientException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new KubernetesClientException("the lease can't be used: " + e.getMessage(), e);
    }
  }

  @Override
  public String identity() {
    return lock.identity();
  }

  @Override
  public String describe() {
    return lock.describe();
  }
}
