package dev.lockstep.app;

import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.kubernetes.client.ApiServerProbe;
import dev.lockstep.kubernetes.client.CallListener;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.client.PartialMetadataInterceptor;
import dev.lockstep.kubernetes.leader.LeaderElection;
import dev.lockstep.kubernetes.repository.ApiCaBundles;
import dev.lockstep.kubernetes.repository.ApiEventRecorder;
import dev.lockstep.kubernetes.repository.ApiHeadRepository;
import dev.lockstep.kubernetes.repository.ApiVersionRepository;
import dev.lockstep.kubernetes.repository.ApiVersionStore;
import dev.lockstep.kubernetes.repository.ApiWorkloadRepository;
import dev.lockstep.kubernetes.repository.HashKeySecret;
import dev.lockstep.kubernetes.watch.HeadInformers;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import dev.lockstep.kubernetes.watch.ReferrerWatcher;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadKind;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionStore;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Set;

/** What talks to the API server. */
@Singleton
class KubernetesBeans {
  private static final String METADATA = "metadata";

  private static final String BOOKMARK =
      "{\"type\": \"BOOKMARK\", \"object\": {\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\"}}";

  private final LockstepConfig config;
  private final Executors executors;

  KubernetesBeans(LockstepConfig config, Executors executors) {
    this.config = config;
    this.executors = executors;
  }

  /** The kinds that get versions, and that there are rights to. */
  @Produces
  @Singleton
  Set<HeadKind> servedKinds() {
    return LockstepConfig.Kind.heads(config.kinds());
  }

  @Produces
  @Singleton
  KubeApiClient apiClient(Config client, CallListener listener) {
    return new KubeApiClient(client, listener);
  }

  void close(@Disposes KubeApiClient client) {
    client.close();
  }

  /** For all watches; what it reads has no content. */
  @Produces
  @Singleton
  @Identifier(METADATA)
  KubernetesClient metadataClient(Config client) {
    KubernetesClient metadata = PartialMetadataInterceptor.client(client);
    // The client loads all its models with the first event of a watch: for seconds on a busy
    // machine, and on an event loop that answers reviews, too.
    metadata.getKubernetesSerialization().unmarshal(BOOKMARK, WatchEvent.class);
    return metadata;
  }

  void closeMetadataClient(@Disposes @Identifier(METADATA) KubernetesClient client) {
    client.close();
  }

  @Produces
  @Singleton
  HeadInformers headInformers(@Identifier(METADATA) KubernetesClient client, Set<HeadKind> served) {
    return new HeadInformers(client, served);
  }

  @Produces
  @Singleton
  NamespaceWatcher namespaceWatcher(
      @Identifier(METADATA) KubernetesClient client,
      KubeApiClient api,
      HeadInformers heads,
      Set<HeadKind> served) {
    return config
        .namespaces()
        .map(
            names ->
                NamespaceWatcher.of(
                    names, api, config.namespace(), served, heads, executors.namespaces()))
        .orElseGet(() -> NamespaceWatcher.ofAll(client, api, config.namespace(), served));
  }

  @Produces
  @Singleton
  ReferrerWatcher referrerWatcher(
      @Identifier(METADATA) KubernetesClient client, RetentionController retention) {
    return new ReferrerWatcher(
        client, config.namespaces(), executors.passes(), retention::userGone);
  }

  @Produces
  @Singleton
  LeaderElection leaderElection(Config client, ChangeDispatcher changes) {
    return new LeaderElection(
        client,
        config.namespace(),
        executors.leadership(),
        changes::startLeading,
        changes::stopLeading);
  }

  @Produces
  @Singleton
  ApiServerProbe apiServerProbe(KubeApiClient api) {
    return new ApiServerProbe(api, config.namespace());
  }

  @Produces
  @Singleton
  HashKeySecret hashKey(KubeApiClient api) {
    return new HashKeySecret(api, config.namespace());
  }

  @Produces
  @Singleton
  ContentHasher contentHasher(HashKeySecret key) {
    return new ContentHasher(key);
  }

  @Produces
  @Singleton
  VersionStore versionStore(
      KubeApiClient api,
      Set<HeadKind> served,
      ApiVersionRepository versions,
      VersionListener listener) {
    return new ApiVersionStore(api, served, versions, listener);
  }

  @Produces
  @Singleton
  ApiVersionRepository versionRepository(
      KubeApiClient api, WorkloadKinds kinds, ContentHasher hasher, Set<HeadKind> served) {
    return new ApiVersionRepository(api, kinds, hasher, served, config.namespaces());
  }

  @Produces
  @Singleton
  ApiHeadRepository headRepository(KubeApiClient api) {
    return new ApiHeadRepository(api);
  }

  @Produces
  @Singleton
  ApiWorkloadRepository workloadRepository(KubeApiClient api) {
    return new ApiWorkloadRepository(api);
  }

  @Produces
  @Singleton
  EventRecorder eventRecorder(KubeApiClient api) {
    return new ApiEventRecorder(api, Clock.systemUTC());
  }

  @Produces
  @Singleton
  CaBundles caBundles(KubeApiClient api, TlsConfig tls) {
    return new ApiCaBundles(api, tls.webhooks());
  }
}
