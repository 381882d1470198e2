package dev.lockstep.app;

import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.CertificateController;
import dev.lockstep.certificates.CertificateSource;
import dev.lockstep.certificates.rotation.Lifetimes;
import dev.lockstep.certificates.rotation.SelfManagedCertificates;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.certificates.x509.ServerNames;
import dev.lockstep.controller.leader.LeaderControllers;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.repository.SecretCertificateStore;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The certificate that is served, and what looks after it. */
@Singleton
class CertificateBeans {
  private final LockstepConfig config;
  private final TlsConfig tls;

  CertificateBeans(LockstepConfig config, TlsConfig tls) {
    this.config = config;
    this.tls = tls;
  }

  @Produces
  @Singleton
  ServingCertificate servingCertificate() {
    return new ServingCertificate();
  }

  @Produces
  @Singleton
  CertificateController certificateController(
      ServingCertificate served,
      CaBundles bundles,
      KubeApiClient api,
      LeaderControllers leader,
      @Identifier("webhook") WebhookKeyStoreProvider files) {
    CertificateSource source =
        switch (tls.mode()) {
          case FILES -> new Files(files, bundles, mayReadBundles());
          case SELF -> new SelfManaged(selfManaged(served, bundles, api, leader));
        };
    return new CertificateController(source, served, Clock.systemUTC());
  }

  /** Webhook configurations are the cluster's: without a ClusterRole they can't be read. */
  private boolean mayReadBundles() {
    return config.namespaces().isEmpty();
  }

  private SelfManagedCertificates selfManaged(
      ServingCertificate served, CaBundles bundles, KubeApiClient api, LeaderControllers leader) {
    String service = tls.webhooks() + "." + config.namespace() + ".svc";
    return new SelfManagedCertificates(
        new SecretCertificateStore(api, config.namespace(), tls.secret()),
        bundles,
        ServerNames.of(tls.names().orElse(List.of(service, service + ".cluster.local"))),
        new Lifetimes(tls.caLifetime(), tls.leafLifetime()),
        served,
        leader::isLeading,
        Clock.systemUTC());
  }

  private record Files(WebhookKeyStoreProvider files, CaBundles bundles, boolean mayReadBundles)
      implements CertificateSource {
    @Override
    public Optional<List<CaBundle>> look() {
      files.lookAtFiles();
      return mayReadBundles ? Optional.of(bundles.read()) : Optional.empty();
    }

    @Override
    public boolean trustsUnseenBundles() {
      return true;
    }
  }

  private record SelfManaged(SelfManagedCertificates certificates) implements CertificateSource {
    @Override
    public Optional<List<CaBundle>> look() {
      return Optional.of(certificates.look());
    }

    @Override
    public boolean trustsUnseenBundles() {
      return false;
    }
  }
}
