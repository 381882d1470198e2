package dev.lockstep.kubernetes.leader;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One of the replicas leads, by a Lease. A clean stop gives it up at once; after a crash another
 * takes over when the lease has run out.
 */
public final class LeaderElection implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LeaderElection.class);
  public static final String LEASE = "lockstep";

  /** With the longest time between two tries (4.4 s) still less than 20 s without a leader. */
  private static final Duration LEASE_TIME = Duration.ofSeconds(12);

  private static final Duration RENEW_DEADLINE = Duration.ofSeconds(8);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration TIME_FOR_A_CALL = Duration.ofSeconds(3);

  private final KubernetesClient client;
  private final LeaderElectionConfig config;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lockstep-leader"));
  private volatile CompletableFuture<?> election;
  private volatile boolean closed;

  public LeaderElection(
      KubernetesClient client, String ownNamespace, Runnable gained, Runnable lost) {
    this.client = impatient(client.getConfiguration());
    String identity =
        System.getenv().getOrDefault("HOSTNAME", "lockstep") + "-" + UUID.randomUUID();
    this.config =
        new LeaderElectionConfigBuilder()
            .withName(LEASE)
            .withLock(new FailSafeLock(new LeaseLock(ownNamespace, LEASE, identity)))
            .withLeaseDuration(LEASE_TIME)
            .withRenewDeadline(RENEW_DEADLINE)
            .withRetryPeriod(RETRY)
            .withReleaseOnCancel(true)
            .withLeaderCallbacks(
                new LeaderCallbacks(gained, lost, leader -> LOG.infof("leader is %s", leader)))
            .build();
  }

  /**
   * The elector itself tries again, and looks at the time then: a client that goes on trying within
   * one call keeps it from seeing that the lease has run out, or that the API server is back.
   */
  private static KubernetesClient impatient(Config config) {
    int millis = Math.toIntExact(TIME_FOR_A_CALL.toMillis());
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(config)
                .withConnectionTimeout(millis)
                .withRequestTimeout(millis)
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  /** An elector serves one term; whoever lost one stands again. */
  public void start() {
    if (closed) {
      return;
    }
    election = client.leaderElector().withConfig(config).build().start();
    election.whenComplete(
        (ended, cause) -> {
          if (!closed) {
            executor.schedule(this::start, RETRY.toMillis(), TimeUnit.MILLISECONDS);
          }
        });
  }

  /** The lease is given up when this returns, or the API server does not answer. */
  @Override
  public void close() {
    closed = true;
    executor.shutdownNow();
    if (election != null) {
      election.cancel(true);
    }
    client.close();
  }
}
