package dev.lockstep;

import dev.lockstep.admission.HeadWebhook;
import dev.lockstep.admission.Reviewers;
import dev.lockstep.admission.VersionWebhook;
import dev.lockstep.admission.WarmUpWebhooks;
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
import dev.lockstep.kubernetes.Contact;
import dev.lockstep.kubernetes.HashKey;
import dev.lockstep.kubernetes.HeadWatch;
import dev.lockstep.kubernetes.Leadership;
import dev.lockstep.kubernetes.NamespaceWatch;
import dev.lockstep.kubernetes.TokenFile;
import dev.lockstep.kubernetes.UserWatch;
import dev.lockstep.reconcile.Collector;
import dev.lockstep.reconcile.Reconciler;
import dev.lockstep.retention.Retention;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.retention.VersionGuard;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.ContentHasher;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.HeadAdmission;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.VersionListener;
import dev.lockstep.version.VersionStore;
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

  private final Pulse pulse;
  private final ApiServer api;
  private final Set<HeadKind> served;
  private final Optional<Set<String>> listed;
  private final HashKey hashKey;
  private final NamespaceWatch namespaces;
  private final HeadWatch heads;
  private final Reconciler reconciler;
  private final Collector collector;
  private final UserWatch users;
  private final Leadership leadership;
  private final Contact contact;
  private final HeadWebhook headWebhook;
  private final WorkloadWebhook workloadWebhook;
  private final VersionWebhook versionWebhook;
  private final WarmUpObjects warmUpObjects;
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
                    .setOauthTokenProvider(new TokenFile(file, Clock.systemUTC())));
    api = new ApiServer(client.getConfiguration(), calls);
    served = config.kinds().stream().map(LockstepConfig.Kind::head).collect(Collectors.toSet());
    heads = new HeadWatch(client.getConfiguration(), served);
    listed = config.namespaces();
    namespaces =
        listed
            .map(names -> NamespaceWatch.of(names, api, config.namespace(), served, heads))
            .orElseGet(() -> NamespaceWatch.ofAll(client, api, config.namespace(), served));
    VersionStore store = new ApiVersionStore(api, served, versionListener);
    hashKey = new HashKey(api, config.namespace());
    ContentHasher hasher = new ContentHasher(hashKey);
    CurrentVersions versions = new CurrentVersions(store, hasher, lookUps);

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
            new WorkloadAdmission(versions, new ApiRevisions(api), settings, lookUps),
            kinds,
            namespaces);
    warmUpObjects = new WarmUpObjects(api, hasher);
    warmUpWebhooks = warmUpObjects.webhooks(settings, lookUps);

    ApiWorkloads workloads = new ApiWorkloads(api);
    ApiAnnouncements announcements = new ApiAnnouncements(api, Clock.systemUTC());
    reconciler =
        new Reconciler(
            store,
            versions,
            namespaces,
            new Reconciler.Known(heads::all, namespaces::all),
            new Reconciler.Ports(new ApiHeads(api), workloads, workloads, announcements),
            new Reconciler.Manner(
                kinds,
                settings,
                config.heads() == LockstepConfig.Heads.ALL,
                config.quietPeriod(),
                config.rebindPerSecond()),
            reconcilers,
            passes);
    ApiVersions allVersions = new ApiVersions(api, kinds, hasher, served, listed);
    versionWebhook = new VersionWebhook(new VersionGuard(allVersions, namespaces::isTerminating));
    boolean isLeftCleaned = config.retention().optedOut() == LockstepConfig.OptedOut.CLEAN;
    collector =
        new Collector(
            allVersions,
            isLeftCleaned
                ? new Collector.Scope(namespaces::optedInOrLeft, allVersions::namespaces)
                : new Collector.Scope(namespaces, namespaces::all),
            new Retention(
                new RetentionSettings(
                    config.keepVersions().configMaps(),
                    config.keepVersions().secrets(),
                    config.retention().grace(),
                    config.retention().minimumAge())),
            new Collector.Schedule(
                config.retention().mode(),
                config.retention().grace(),
                config.retention().sweep(),
                RETENTION_WRITES_PER_SECOND),
            announcements,
            sweeps,
            Clock.systemUTC());
    pulse =
        new Pulse(
            Clock.systemUTC(),
            TOO_LONG,
            Map.of(
                "reviews of heads", headReviewers,
                "reviews of workloads", workloadReviewers,
                "look-ups", lookUps),
            () -> Stream.concat(heads.watched(), Stream.of(namespaces.watched())).toList(),
            api::answers);
    contact = new Contact(api, config.namespace());
    users = new UserWatch(api, listed, passes, collector::userGone);
    leadership = new Leadership(client, config.namespace(), this::lead, this::follow);
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
        new NamespaceWatch.Listener(
            this::namespaceOptedIn, this::namespaceChanged, this::namespaceOptedOut));
    contact.start(reconcilers);
    leadership.start();
    pulses.scheduleWithFixedDelay(pulse::beat, 1, SECONDS_BETWEEN_BEATS, TimeUnit.SECONDS);
  }

  private void lead() {
    reconciler.lead();
    collector.lead();
    users.start();
  }

  private void follow() {
    reconciler.follow();
    collector.follow();
    users.stop();
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
    } catch (ApiCallException e) {
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

  boolean isReady() {
    return (hashKey.isThere() || !needsHashKey()) && namespaces.isReady() && heads.isReady();
  }

  ApiServer api() {
    return api;
  }

  boolean isInContact() {
    return contact.isThere();
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

  WarmUpObjects warmUpObjects() {
    return warmUpObjects;
  }

  @Produces
  @Singleton
  WarmUpWebhooks warmUpWebhooks() {
    return warmUpWebhooks;
  }

  @Produces
  @Singleton
  Reviewers reviewers() {
    return new Reviewers(headReviewers, workloadReviewers);
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
