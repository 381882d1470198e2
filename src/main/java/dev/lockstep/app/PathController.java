package dev.lockstep.app;

import dev.lockstep.callers.LookOnDemand;
import dev.lockstep.callers.PathKeeper;
import dev.lockstep.callers.PathPlan;
import dev.lockstep.controller.queue.PeriodicTask;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.repository.ApiWebhookConfigurations;
import dev.lockstep.kubernetes.repository.SecretCertificateStore;
import dev.lockstep.kubernetes.repository.SecretPathStore;
import dev.lockstep.webhook.http.CallerPaths;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import org.jboss.logging.Logger;

/** Looks after the path by which API servers call. */
@Startup
@Singleton
class PathController {
  private static final Logger LOG = Logger.getLogger(PathController.class);

  /** Replicas look once a period; one that is busy may be late. */
  private static final int PERIODS_TO_SETTLE = 3;

  /** For calls by a path that no look has seen yet: ten reads a second at most. */
  private static final Duration BETWEEN_LOOKS_ON_DEMAND = Duration.ofMillis(300);

  private static final int MOST_WAITING = 200;

  private final ScheduledExecutorService executor;
  private final Duration period;
  private final PathKeeper keeper;
  private final CallerPaths paths;

  PathController(
      PathsConfig config,
      LockstepConfig lockstep,
      TlsConfig tls,
      KubeApiClient api,
      Executors executors) {
    executor = executors.paths();
    period = config.period();
    keeper =
        new PathKeeper(
            new SecretPathStore(
                new SecretCertificateStore(api, lockstep.namespace(), config.secret())),
            new ApiWebhookConfigurations(api, tls.webhooks()),
            new PathPlan(config.lifetime(), period.multipliedBy(PERIODS_TO_SETTLE)),
            lockstep.fixedPaths(),
            Clock.systemUTC());
    paths =
        new CallerPaths(
            keeper.served(),
            new LookOnDemand(
                () -> guarded(keeper::refresh), executor, BETWEEN_LOOKS_ON_DEMAND, MOST_WAITING),
            keeper::shown);
  }

  @PostConstruct
  void start() {
    PeriodicTask.start("paths", executor, Duration.ZERO, period, keeper::look);
  }

  private static void guarded(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException e) {
      LOG.error("the webhooks' path can't be looked after", e);
    }
  }

  @Produces
  @Singleton
  CallerPaths paths() {
    return paths;
  }
}
