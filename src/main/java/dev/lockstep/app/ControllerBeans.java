package dev.lockstep.app;

import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.leader.LeaderControllers;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.controller.workload.WorkloadControllers;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.repository.ApiHeadRepository;
import dev.lockstep.kubernetes.repository.ApiOptInTimes;
import dev.lockstep.kubernetes.repository.ApiPodRepository;
import dev.lockstep.kubernetes.repository.ApiRevisionHistory;
import dev.lockstep.kubernetes.repository.ApiRevisionRepository;
import dev.lockstep.kubernetes.repository.ApiVersionRepository;
import dev.lockstep.kubernetes.repository.ApiWorkloadRepository;
import dev.lockstep.kubernetes.watch.HeadInformers;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import dev.lockstep.observability.health.Watchdog;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.versioning.NamespacesThatAsk;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What works without a request. */
@Singleton
class ControllerBeans {

  /** Every task of a review ends within its 8 s; a machine may be very busy. */
  private static final Duration TOO_LONG = Duration.ofMinutes(2);

  /** Nobody waits for it, so it leaves the API server to those who do. */
  private static final int RETENTION_WRITES_PER_SECOND = 50;

  private final Executors executors;

  ControllerBeans(Executors executors) {
    this.executors = executors;
  }

  @Produces
  @Singleton
  LeaderControllers leaderControllers(
      LockstepConfig config,
      WorkloadConfig workloadConfig,
      VersionStore store,
      VersionResolver versions,
      NamespaceWatcher namespaces,
      NamespacesThatAsk namespacesThatAsk,
      HeadInformers heads,
      WorkloadControllers.Ports ports,
      WorkloadKinds kinds,
      WorkloadSettings settings) {
    return new LeaderControllers(
        store,
        versions,
        namespacesThatAsk,
        new LeaderControllers.Inventory(heads::all, namespaces::all),
        ports,
        new WorkloadControllers.Settings(
            kinds,
            settings,
            config.heads() == LockstepConfig.Heads.ALL,
            workloadConfig.quietPeriod(),
            workloadConfig.rebindPerSecond()),
        executors.urgent(),
        executors.passes(),
        Clock.systemUTC());
  }

  @Produces
  @Singleton
  WorkloadControllers.Ports ports(
      LockstepConfig config,
      TlsConfig tls,
      KubeApiClient api,
      ApiHeadRepository heads,
      ApiWorkloadRepository workloads,
      NamespaceWatcher namespaces,
      EventRecorder events) {
    return new WorkloadControllers.Ports(
        heads,
        workloads,
        new ApiRevisionRepository(api, new ApiRevisionHistory(api)),
        new ApiPodRepository(api),
        // With listed namespaces alone there is no right to read webhook configurations.
        new ApiOptInTimes(
            api, config.namespaces().isPresent() ? Optional.empty() : Optional.of(tls.webhooks())),
        namespaces::optedInNow,
        events);
  }

  @Produces
  @Singleton
  RetentionController retentionController(
      RetentionConfig config,
      KeepVersionsConfig keepVersions,
      VersionsConfig versionsConfig,
      ApiVersionRepository versions,
      NamespaceWatcher namespaces,
      EventRecorder events) {
    return new RetentionController(
        versions,
        config.optedOut() == RetentionConfig.OptedOut.CLEAN
            ? new RetentionController.Scope(namespaces::optedInOrLeft, versions::namespaces)
            : new RetentionController.Scope(namespaces, namespaces::all),
        new RetentionPolicy(
            new RetentionSettings(
                keepVersions.configMaps(),
                keepVersions.secrets(),
                versionsConfig.maxVersions(),
                config.grace(),
                config.minimumAge())),
        new RetentionController.Schedule(
            config.mode(), config.grace(), config.sweep(), RETENTION_WRITES_PER_SECOND),
        events,
        executors.sweeps(),
        Clock.systemUTC());
  }

  @Produces
  @Singleton
  Watchdog watchdog(HeadInformers heads, NamespaceWatcher namespaces, KubeApiClient api) {
    return new Watchdog(
        Clock.systemUTC(),
        TOO_LONG,
        Map.of(
            "reviews of heads", executors.headReviews(),
            "reviews of workloads", executors.workloadReviews(),
            "look-ups", executors.lookUps()),
        () -> Stream.concat(heads.watched(), Stream.of(namespaces.watched())).toList(),
        api::answers);
  }
}
