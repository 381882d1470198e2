package dev.lockstep.app;

import dev.lockstep.certificates.CertificateController;
import dev.lockstep.controller.queue.PeriodicTask;
import dev.lockstep.kubernetes.client.ApiServerProbe;
import dev.lockstep.kubernetes.leader.LeaderElection;
import dev.lockstep.kubernetes.repository.HashKeySecret;
import dev.lockstep.kubernetes.watch.HeadInformers;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import dev.lockstep.kubernetes.watch.ReferrerWatcher;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import dev.lockstep.observability.health.Watchdog;
import dev.lockstep.warmup.WarmUp;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Starts what works without a request, and stops it. */
@Startup
@Singleton
class Lifecycle {
  private static final Logger LOG = Logger.getLogger(Lifecycle.class);
  private static final Duration BETWEEN_BEATS = Duration.ofSeconds(10);
  private static final Duration BETWEEN_TRIES_FOR_THE_KEY = Duration.ofSeconds(1);

  private final LockstepConfig config;
  private final TlsConfig tls;
  private final Executors executors;
  private final ChangeDispatcher changes;
  private final HeadInformers heads;
  private final NamespaceWatcher namespaces;
  private final ReferrerWatcher referrers;
  private final LeaderElection election;
  private final HashKeySecret hashKey;
  private final ApiServerProbe apiServer;
  private final CertificateController certificates;
  private final Watchdog watchdog;
  private final WarmUp warmUp;

  Lifecycle(
      LockstepConfig config,
      TlsConfig tls,
      Executors executors,
      ChangeDispatcher changes,
      HeadInformers heads,
      NamespaceWatcher namespaces,
      ReferrerWatcher referrers,
      LeaderElection election,
      HashKeySecret hashKey,
      ApiServerProbe apiServer,
      CertificateController certificates,
      Watchdog watchdog,
      WarmUp warmUp) {
    this.config = config;
    this.tls = tls;
    this.executors = executors;
    this.changes = changes;
    this.heads = heads;
    this.namespaces = namespaces;
    this.referrers = referrers;
    this.election = election;
    this.hashKey = hashKey;
    this.apiServer = apiServer;
    this.certificates = certificates;
    this.watchdog = watchdog;
    this.warmUp = warmUp;
  }

  @PostConstruct
  void start() {
    if (LockstepConfig.Kind.heads(config.kinds()).contains(HeadKind.SECRET)) {
      PeriodicTask.startUntil(
          "hash-key",
          executors.urgent(),
          Duration.ZERO,
          BETWEEN_TRIES_FOR_THE_KEY,
          this::isHashKeyThere);
    }
    heads.start(changes::headAdded, changes::headChanged, changes::headGone);
    if (config.namespaces().isEmpty()) {
      heads.watchAll();
    }
    namespaces.start(changes.namespaces());
    apiServer.start(executors.urgent());
    election.start();
    PeriodicTask.start(
        "certificates", executors.certificates(), Duration.ZERO, tls.period(), certificates::look);
    PeriodicTask.start(
        "watchdog", executors.watchdog(), BETWEEN_BEATS, BETWEEN_BEATS, watchdog::beat);
  }

  /** Reads the key, or makes it where nobody has yet. */
  private boolean isHashKeyThere() {
    try {
      hashKey.get();
      return true;
    } catch (ApiServerException e) {
      LOG.warnf("no key for the hashes of Secrets yet: %s", e.getMessage());
      return false;
    }
  }

  void listening(@ObservesAsync HttpsServerStart server) {
    warmUp.run(server.options());
  }

  /** Another replica leads at once; requests, which need no leader, are answered on. */
  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    election.close();
  }

  @PreDestroy
  void stop() {
    election.close();
    referrers.stop();
    executors.stop();
    heads.close();
    namespaces.close();
  }
}
