package dev.lockstep;

import dev.lockstep.admission.HeadWebhook;
import dev.lockstep.admission.VersionWebhook;
import dev.lockstep.admission.WorkloadReviewers;
import dev.lockstep.admission.WorkloadWebhook;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.kubernetes.ApiAnnouncements;
import dev.lockstep.kubernetes.ApiHeads;
import dev.lockstep.kubernetes.ApiRevisions;
import dev.lockstep.kubernetes.ApiServer;
import dev.lockstep.kubernetes.ApiVersionStore;
import dev.lockstep.kubernetes.ApiVersions;
import dev.lockstep.kubernetes.ApiWorkloads;
import dev.lockstep.kubernetes.CallListener;
import dev.lockstep.kubernetes.HashKey;
import dev.lockstep.kubernetes.HeadWatch;
import dev.lockstep.kubernetes.Leadership;
import dev.lockstep.kubernetes.NamespaceWatch;
import dev.lockstep.kubernetes.TokenFile;
import dev.lockstep.reconcile.Collector;
import dev.lockstep.reconcile.Reconciler;
import dev.lockstep.retention.Retention;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.retention.VersionGuard;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.ContentHasher;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.HeadAdmission;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.VersionListener;
import dev.lockstep.version.VersionStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Puts the parts together: the rules, what they look things up with, and who asks them. */
@Startup
@Singleton
public class Lockstep {
  private static final Logger LOG = Logger.getLogger(Lockstep.class);
  private static final int LOOK_UP_THREADS = 32;
  private static final int RECONCILER_THREADS = 4;
  private static final int PASS_THREADS = 2;
  private static final int SECONDS_BETWEEN_BEATS = 10;

  /** Every task of a review ends within its 8 s; a machine may be very busy. */
  private static final Duration TOO_LONG = Duration.ofMinutes(2);

  private final ExecutorService lookUps =
      Executors.newFixedThreadPool(LOOK_UP_THREADS, named("lockstep-look-up"));
  private final WorkloadReviewers workloadReviewers =
      new WorkloadReviewers(named("lockstep-workload"));
  private final ScheduledExecutorService reconcilers =
      Executors.newScheduledThreadPool(RECONCILER_THREADS, named("lockstep-reconciler"));

  private final ScheduledExecutorService passes =
      Executors.newScheduledThreadPool(PASS_THREADS, named("lockstep-pass"));

  /** One thread: a sweep through all namespaces is in nobody's way, and slow on purpose. */
  private final ScheduledExecutorService sweeps =
      Executors.newSingleThreadScheduledExecutor(named("lockstep-sweep"));

  /** One thread, which may wait for the API server; the probe must not. */
  private final ScheduledExecutorService pulses =
      Executors.newSingleThreadScheduledExecutor(named("lockstep-pulse"));

  private final Pulse pulse;
  private final ApiServer api;
  private final HashKey hashKey;
  private final NamespaceWatch namespaces;
  private final HeadWatch heads;
  private final Reconciler reconciler;
  private final Collector collector;
  private final Leadership leadership;
  private final HeadWebhook headWebhook;
  private final WorkloadWebhook workloadWebhook;
  private final VersionWebhook versionWebhook;

  Lockstep(
      LockstepConfig config,
      KubernetesClient client,
      CallListener calls,
      VersionListener versionListener) {
    config
        .tokenFile()
        .ifPresent(
            file ->
                client
                    .getConfiguration()
                    .setOauthTokenProvider(new TokenFile(file, Clock.systemUTC())));
    api = new ApiServer(client.getConfiguration(), calls);
    namespaces = new NamespaceWatch(client, api, config.namespace());
    VersionStore store = new ApiVersionStore(api, versionListener);
    hashKey = new HashKey(api, config.namespace());
    ContentHasher hasher = new ContentHasher(hashKey);
    CurrentVersions versions = new CurrentVersions(store, hasher);

    WorkloadSettings settings = new WorkloadSettings(config.rollout(), config.missing());
    WorkloadKinds kinds = WorkloadKinds.with(customKinds(config));
    headWebhook =
        new HeadWebhook(
            new HeadAdmission(store, hasher, versions),
            namespaces,
            config.recordUser(),
            versionListener);
    workloadWebhook =
        new WorkloadWebhook(
            new WorkloadAdmission(versions, new ApiRevisions(api), settings, lookUps),
            kinds,
            namespaces);

    heads = new HeadWatch(client);
    ApiWorkloads workloads = new ApiWorkloads(api);
    reconciler =
        new Reconciler(
            store,
            versions,
            namespaces,
            new Reconciler.Known(heads::all, namespaces::all),
            new Reconciler.Ports(
                new ApiHeads(api),
                workloads,
                workloads,
                new ApiAnnouncements(api, Clock.systemUTC())),
            new Reconciler.Manner(
                kinds,
                settings,
                config.heads() == LockstepConfig.Heads.ALL,
                config.quietPeriod(),
                config.rebindPerSecond()),
            reconcilers,
            passes);
    ApiVersions allVersions = new ApiVersions(api, kinds, hasher);
    versionWebhook = new VersionWebhook(new VersionGuard(allVersions, namespaces::isTerminating));
    collector =
        new Collector(
            allVersions,
            namespaces,
            namespaces::all,
            new Retention(
                new RetentionSettings(
                    config.keepVersions().configMaps(),
                    config.keepVersions().secrets(),
                    config.retention().grace(),
                    config.retention().minimumAge())),
            new Collector.Schedule(
                config.retention().mode(), config.retention().grace(), config.retention().sweep()),
            sweeps,
            Clock.systemUTC());
    pulse =
        new Pulse(
            Clock.systemUTC(),
            TOO_LONG,
            Map.of(
                "reviews of heads", Infrastructure.getDefaultWorkerPool(),
                "reviews of workloads", workloadReviewers,
                "look-ups", lookUps),
            Stream.concat(heads.watched(), Stream.of(namespaces.watched())).toList(),
            api::answers);
    leadership = new Leadership(client, config.namespace(), this::lead, this::follow);
  }

  @PostConstruct
  void start() {
    makeHashKey();
    namespaces.start(
        new NamespaceWatch.Listener(
            reconciler::namespaceOptedIn, this::namespaceChanged, reconciler::namespaceOptedOut));
    heads.start(this::headAdded, this::headChanged, this::headGone);
    leadership.start();
    pulses.scheduleWithFixedDelay(pulse::beat, 1, SECONDS_BETWEEN_BEATS, TimeUnit.SECONDS);
  }

  private void lead() {
    reconciler.lead();
    collector.lead();
  }

  private void follow() {
    reconciler.follow();
    collector.follow();
  }

  private void headAdded(ObjectId head) {
    reconciler.headAdded(head);
    collector.touched(head.namespace());
  }

  private void headChanged(ObjectId head) {
    reconciler.headChanged(head);
    collector.touched(head.namespace());
  }

  private void headGone(ObjectId head) {
    reconciler.headGone(head);
    collector.touched(head.namespace());
  }

  private void namespaceChanged(String namespace) {
    reconciler.namespaceChanged(namespace);
    collector.touched(namespace);
  }

  private void makeHashKey() {
    try {
      hashKey.get();
    } catch (ApiCallException e) {
      LOG.warnf("no key for the hashes of Secrets yet: %s", e.getMessage());
      reconcilers.schedule(this::makeHashKey, 1, TimeUnit.SECONDS);
    }
  }

  @PreDestroy
  void stop() {
    pulses.shutdownNow();
    leadership.close();
    reconcilers.shutdownNow();
    passes.shutdownNow();
    sweeps.shutdownNow();
    heads.close();
    namespaces.close();
    workloadReviewers.close();
    lookUps.shutdownNow();
    api.close();
  }

  boolean isReady() {
    return hashKey.isThere() && namespaces.isReady() && heads.isReady();
  }

  Collector collector() {
    return collector;
  }

  Reconciler reconciler() {
    return reconciler;
  }

  Optional<String> trouble() {
    return pulse.trouble();
  }

  @Produces
  @Singleton
  HeadWebhook headWebhook() {
    return headWebhook;
  }

  @Produces
  @Singleton
  WorkloadWebhook workloadWebhook() {
    return workloadWebhook;
  }

  @Produces
  @Singleton
  VersionWebhook versionWebhook() {
    return versionWebhook;
  }

  @Produces
  @Singleton
  WorkloadReviewers workloadReviewers() {
    return workloadReviewers;
  }

  private static List<WorkloadKind> customKinds(LockstepConfig config) {
    return config
        .customKinds()
        .map(
            kinds ->
                kinds.stream()
                    .map(
                        k ->
                            WorkloadKind.custom(k.group(), k.version(), k.resource(), k.template()))
                    .toList())
        .orElse(List.of(WorkloadKind.ARGO_ROLLOUT));
  }

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
