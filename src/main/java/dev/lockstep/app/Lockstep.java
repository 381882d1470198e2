package dev.lockstep.app;

import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.head.HeadController;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.kubernetes.client.ApiServerProbe;
import dev.lockstep.kubernetes.client.CallListener;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.client.TokenFileProvider;
import dev.lockstep.kubernetes.leader.LeaderElection;
import dev.lockstep.kubernetes.repository.ApiEventRecorder;
import dev.lockstep.kubernetes.repository.ApiHeadRepository;
import dev.lockstep.kubernetes.repository.ApiRevisionHistory;
import dev.lockstep.kubernetes.repository.ApiVersionRepository;
import dev.lockstep.kubernetes.repository.ApiVersionStore;
import dev.lockstep.kubernetes.repository.ApiWorkloadRepository;
import dev.lockstep.kubernetes.repository.HashKeySecret;
import dev.lockstep.kubernetes.watch.HeadInformers;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import dev.lockstep.kubernetes.watch.ReferrerWatcher;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.observability.health.Watchdog;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.retention.VersionDeletionGuard;
import dev.lockstep.versioning.HeadAdmission;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import dev.lockstep.warmup.SampleReviews;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.VersionDeletionWebhook;
import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.WorkloadWebhook;
import dev.lockstep.webhook.http.AdmissionExecutors;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.threads.EnhancedQueueExecutor;

/** Puts the parts together: the rules, what they look things up with, and who asks them. */
@Startup
@Singleton
public class Lockstep {
  private static final Logger LOG = Logger.getLogger(Lockstep.class);
  private static final int REVIEW_THREADS = 64;
  private static final int LOOK_UP_THREADS = 32;
  private static final int RECONCILER_THREADS = 4;
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final int PASS_THREADS = 2;
  private static final int SECONDS_BETWEEN_BEATS = 10;

  /** Every task of a review ends within its 8 s; a machine may be very busy. */
  private static final Duration TOO_LONG = Duration.ofMinutes(2);

  /** Nobody waits for it, so it leaves the API server to those who do. */
  private static final int RETENTION_WRITES_PER_SECOND = 50;

  private final ExecutorService lookUps = pool(LOOK_UP_THREADS, "lockstep-look-up");
  private final ExecutorService headReviewers = pool(REVIEW_THREADS, "lockstep-head");
  private final ExecutorService workloadReviewers = pool(REVIEW_THREADS, "lockstep-workload");
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

  private final Watchdog pulse;
  private final KubeApiClient api;
  private final Set<HeadKind> served;
  private final Optional<Set<String>> listed;
  private final HashKeySecret hashKey;
  private final NamespaceWatcher namespaces;
  private final HeadInformers heads;
  private final HeadController reconciler;
  private final RetentionController collector;
  private final ReferrerWatcher users;
  private final LeaderElection leadership;
  private final ApiServerProbe contact;
  private final HeadWebhook headWebhook;
  private final WorkloadWebhook workloadWebhook;
  private final VersionDeletionWebhook versionWebhook;
  private final SampleReviews warmUpObjects;
  private final WarmUpWebhooks warmUpWebhooks;

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
                    .setOauthTokenProvider(new TokenFileProvider(file, Clock.systemUTC())));
    api = new KubeApiClient(client.getConfiguration(), calls);
    served = config.kinds().stream().map(LockstepConfig.Kind::head).collect(Collectors.toSet());
    heads = new HeadInformers(client.getConfiguration(), served);
    listed = config.namespaces();
    namespaces =
        listed
            .map(names -> NamespaceWatcher.of(names, api, config.namespace(), served, heads))
            .orElseGet(() -> NamespaceWatcher.ofAll(client, api, config.namespace(), served));
    VersionStore store = new ApiVersionStore(api, served, versionListener);
    hashKey = new HashKeySecret(api, config.namespace());
    ContentHasher hasher = new ContentHasher(hashKey);
    VersionResolver versions = new VersionResolver(store, hasher, lookUps);

    WorkloadSettings settings = new WorkloadSettings(config.rollout(), config.missing());
    WorkloadKinds kinds = WorkloadKinds.with(customKinds(config));
    headWebhook =
        new HeadWebhook(
            new HeadAdmission(store, hasher, versions, lookUps),
            namespaces,
            config.recordUser(),
            versionListener);
    workloadWebhook =
        new WorkloadWebhook(
            new WorkloadAdmission(versions, new ApiRevisionHistory(api), settings, lookUps),
            kinds,
            namespaces);
    warmUpObjects = new SampleReviews(api, hasher);
    warmUpWebhooks = warmUpObjects.webhooks(settings, lookUps);

    ApiWorkloadRepository workloads = new ApiWorkloadRepository(api);
    ApiEventRecorder announcements = new ApiEventRecorder(api, Clock.systemUTC());
    reconciler =
        new HeadController(
            store,
            versions,
            namespaces,
            new HeadController.Known(heads::all, namespaces::all),
            new HeadController.Ports(
                new ApiHeadRepository(api), workloads, workloads, announcements),
            new HeadController.Manner(
                kinds,
                settings,
                config.heads() == LockstepConfig.Heads.ALL,
                config.quietPeriod(),
                config.rebindPerSecond()),
            reconcilers,
            passes);
    ApiVersionRepository allVersions = new ApiVersionRepository(api, kinds, hasher, served, listed);
    versionWebhook =
        new VersionDeletionWebhook(
            new VersionDeletionGuard(allVersions, namespaces::isTerminating));
    boolean isLeftCleaned = config.retention().optedOut() == LockstepConfig.OptedOut.CLEAN;
    collector =
        new RetentionController(
            allVersions,
            isLeftCleaned
                ? new RetentionController.Scope(namespaces::optedInOrLeft, allVersions::namespaces)
                : new RetentionController.Scope(namespaces, namespaces::all),
            new RetentionPolicy(
                new RetentionSettings(
                    config.keepVersions().configMaps(),
                    config.keepVersions().secrets(),
                    config.retention().grace(),
                    config.retention().minimumAge())),
            new RetentionController.Schedule(
                config.retention().mode(),
                config.retention().grace(),
                config.retention().sweep(),
                RETENTION_WRITES_PER_SECOND),
            announcements,
            sweeps,
            Clock.systemUTC());
    pulse =
        new Watchdog(
            Clock.systemUTC(),
            TOO_LONG,
            Map.of(
                "reviews of heads", headReviewers,
                "reviews of workloads", workloadReviewers,
                "look-ups", lookUps),
            () -> Stream.concat(heads.watched(), Stream.of(namespaces.watched())).toList(),
            api::answers);
    contact = new ApiServerProbe(api, config.namespace());
    users = new ReferrerWatcher(api, listed, passes, collector::userGone);
    leadership = new LeaderElection(client, config.namespace(), this::lead, this::follow);
  }

  @PostConstruct
  void start() {
    if (needsHashKey()) {
      reconcilers.execute(this::makeHashKey);
    }
    heads.start(this::headAdded, this::headChanged, this::headGone);
    if (listed.isEmpty()) {
      heads.watchAll();
    }
    namespaces.start(
        new NamespaceWatcher.Listener(
            this::namespaceOptedIn, this::namespaceChanged, this::namespaceOptedOut));
    contact.start(reconcilers);
    leadership.start();
    pulses.scheduleWithFixedDelay(pulse::beat, 1, SECONDS_BETWEEN_BEATS, TimeUnit.SECONDS);
  }

  private void lead() {
    reconciler.startLeading();
    collector.lead();
    users.start();
  }

  private void follow() {
    reconciler.stopLeading();
    collector.follow();
    users.stop();
  }

  private void headAdded(ObjectKey head) {
    reconciler.headAdded(head);
    collector.touched(head.namespace());
  }

  private void headChanged(ObjectKey head) {
    reconciler.headChanged(head);
    collector.touched(head.namespace());
  }

  private void headGone(ObjectKey head) {
    reconciler.headGone(head);
    collector.touched(head.namespace());
  }

  private void namespaceOptedIn(String namespace) {
    collector.optedIn(namespace);
    reconciler.namespaceOptedIn(namespace);
  }

  private void namespaceChanged(String namespace) {
    reconciler.namespaceChanged(namespace);
    collector.touched(namespace);
  }

  private void namespaceOptedOut(String namespace) {
    reconciler.namespaceOptedOut(namespace);
    collector.touched(namespace);
  }

  private boolean needsHashKey() {
    return served.contains(HeadKind.SECRET);
  }

  private void makeHashKey() {
    try {
      hashKey.get();
    } catch (ApiServerException e) {
      LOG.warnf("no key for the hashes of Secrets yet: %s", e.getMessage());
      reconcilers.schedule(this::makeHashKey, 1, TimeUnit.SECONDS);
    }
  }

  /** Another replica leads at once; requests, which need no leader, are answered on. */
  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    leadership.close();
  }

  @PreDestroy
  void stop() {
    pulses.shutdownNow();
    leadership.close();
    users.stop();
    reconcilers.shutdownNow();
    passes.shutdownNow();
    sweeps.shutdownNow();
    heads.close();
    namespaces.close();
    headReviewers.shutdownNow();
    workloadReviewers.shutdownNow();
    lookUps.shutdownNow();
    api.close();
  }

  public boolean isReady() {
    return (hashKey.isThere() || !needsHashKey()) && namespaces.isReady() && heads.isReady();
  }

  KubeApiClient api() {
    return api;
  }

  public boolean isInContact() {
    return contact.isThere();
  }

  public RetentionController collector() {
    return collector;
  }

  public HeadController reconciler() {
    return reconciler;
  }

  public Optional<String> trouble() {
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
  VersionDeletionWebhook versionWebhook() {
    return versionWebhook;
  }

  public SampleReviews warmUpObjects() {
    return warmUpObjects;
  }

  @Produces
  @Singleton
  WarmUpWebhooks warmUpWebhooks() {
    return warmUpWebhooks;
  }

  @Produces
  @Singleton
  AdmissionExecutors reviewers() {
    return new AdmissionExecutors(headReviewers, workloadReviewers);
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

  /**
   * Threads that come as they are needed, and go when they are not. Who was idle last works next:
   * what it needs is in the processor's caches.
   */
  private static ExecutorService pool(int threads, String name) {
    return new EnhancedQueueExecutor.Builder()
        .setCorePoolSize(1)
        .setMaximumPoolSize(threads)
        .setKeepAliveTime(IDLE)
        .setThreadFactory(named(name))
        // Nobody looks, and Java's management would have to be loaded for it.
        .setRegisterMBean(false)
        .build();
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
