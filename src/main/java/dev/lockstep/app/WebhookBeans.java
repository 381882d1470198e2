package dev.lockstep.app;

import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.repository.ApiRevisionHistory;
import dev.lockstep.kubernetes.repository.ApiVersionRepository;
import dev.lockstep.kubernetes.watch.NamespaceWatcher;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.CopiedLabels;
import dev.lockstep.model.HeadKind;
import dev.lockstep.retention.VersionDeletionGuard;
import dev.lockstep.versioning.HeadAdmission;
import dev.lockstep.versioning.NamespacesThatAsk;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionSettings;
import dev.lockstep.versioning.VersionStore;
import dev.lockstep.warmup.SampleReviews;
import dev.lockstep.warmup.WarmUp;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.VersionDeletionWebhook;
import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.WorkloadWebhook;
import dev.lockstep.webhook.http.AdmissionExecutors;
import io.vertx.core.Vertx;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** The webhooks, and the rules that they ask. */
@Singleton
class WebhookBeans {
  private final LockstepConfig config;
  private final WorkloadConfig workloads;
  private final Executors executors;

  WebhookBeans(LockstepConfig config, WorkloadConfig workloads, Executors executors) {
    this.config = config;
    this.workloads = workloads;
    this.executors = executors;
  }

  @Produces
  @Singleton
  AdmissionExecutors admissionExecutors() {
    return new AdmissionExecutors(executors.headReviews(), executors.workloadReviews());
  }

  @Produces
  @Singleton
  VersionResolver versionResolver(
      VersionsConfig versions, VersionStore store, ContentHasher hasher) {
    return new VersionResolver(
        store,
        hasher,
        executors.lookUps(),
        new VersionSettings(
            CopiedLabels.of(versions.copiedLabels().orElse(List.of())),
            versions.maxVersions(),
            Clock.systemUTC()));
  }

  @Produces
  @Singleton
  NamespacesThatAsk namespacesThatAsk(VersionsConfig versions, NamespaceWatcher namespaces) {
    return new NamespacesThatAsk(
        namespaces,
        versions.secrets() == VersionsConfig.Secrets.ANNOTATED
            ? Set.of(HeadKind.SECRET)
            : Set.of());
  }

  @Produces
  @Singleton
  WorkloadSettings workloadSettings() {
    return new WorkloadSettings(
        workloads.rollout(), workloads.missing(), workloads.maxNamesPerTemplate());
  }

  @Produces
  @Singleton
  WorkloadKinds workloadKinds() {
    return WorkloadKinds.with(
        workloads
            .customKinds()
            .map(kinds -> kinds.stream().map(WebhookBeans::custom).toList())
            .orElse(List.of(WorkloadKind.ARGO_ROLLOUT)));
  }

  private static WorkloadKind custom(WorkloadConfig.CustomKind kind) {
    return WorkloadKind.custom(kind.group(), kind.version(), kind.resource(), kind.template());
  }

  @Produces
  @Singleton
  HeadWebhook headWebhook(
      VersionStore store,
      VersionResolver versions,
      NamespacesThatAsk namespaces,
      VersionListener listener) {
    return new HeadWebhook(
        new HeadAdmission(store, versions, executors.lookUps()),
        namespaces,
        config.recordUser(),
        listener);
  }

  @Produces
  @Singleton
  WorkloadWebhook workloadWebhook(
      VersionResolver versions,
      KubeApiClient api,
      WorkloadSettings settings,
      WorkloadKinds kinds,
      NamespacesThatAsk namespaces) {
    return new WorkloadWebhook(
        new WorkloadAdmission(versions, new ApiRevisionHistory(api), settings, executors.lookUps()),
        kinds,
        namespaces);
  }

  @Produces
  @Singleton
  VersionDeletionWebhook versionDeletionWebhook(
      ApiVersionRepository versions,
      NamespacesThatAsk namespaces,
      VersionStore store,
      ContentHasher hasher,
      WorkloadKinds kinds) {
    return new VersionDeletionWebhook(
        new VersionDeletionGuard(versions, namespaces, store, hasher, kinds));
  }

  @Produces
  @Singleton
  SampleReviews sampleReviews(KubeApiClient api, ContentHasher hasher) {
    return new SampleReviews(api::answers, hasher);
  }

  @Produces
  @Singleton
  WarmUpWebhooks warmUpWebhooks(SampleReviews samples, WorkloadSettings settings) {
    return samples.webhooks(settings, executors.lookUps());
  }

  @Produces
  @Singleton
  WarmUp warmUp(
      WarmUpWebhooks webhooks, SampleReviews samples, ServingCertificate served, Vertx vertx) {
    return new WarmUp(webhooks, samples, () -> !served.chain().isEmpty(), vertx);
  }
}
