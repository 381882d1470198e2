package dev.lockstep.app;

import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.TrustCheck;
import dev.lockstep.certificates.rotation.Lifetimes;
import dev.lockstep.certificates.rotation.SelfManagedCertificates;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.certificates.x509.ServerNames;
import dev.lockstep.kubernetes.repository.ApiCaBundles;
import dev.lockstep.kubernetes.repository.SecretCertificateStore;
import dev.lockstep.logging.LogOnChange;
import dev.lockstep.model.ApiServerException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Looks after what is served, and whether API servers trust it. */
@Startup
@Singleton
public class CertificateController {
  private static final Logger LOG = Logger.getLogger(CertificateController.class);

  private final WebhookKeyStoreProvider certificates;
  private final ServingCertificate served;
  private final LockstepConfig.Tls tls;
  private final Supplier<List<CaBundle>> looking;

  /** Webhook configurations are the cluster's: without a ClusterRole they can't be read. */
  private final boolean maySeeBundles;

  private final Clock clock = Clock.systemUTC();
  private final LogOnChange complaint = new LogOnChange(LOG);
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lockstep-certificate"));
  private volatile TrustCheck verdict = new TrustCheck(false, "nothing has been looked at yet");

  CertificateController(
      LockstepConfig config,
      Lockstep lockstep,
      @Identifier("webhook") WebhookKeyStoreProvider certificates,
      MeterRegistry registry) {
    this.certificates = certificates;
    this.served = certificates.served();
    this.tls = config.tls();
    this.maySeeBundles = config.namespaces().isEmpty();
    CaBundles bundles = new ApiCaBundles(lockstep.api(), tls.webhooks());
    this.looking =
        switch (tls.mode()) {
          case FILES -> () -> lookAtFiles(bundles);
          case SELF -> own(config, lockstep, bundles)::look;
        };
    Gauge.builder("lockstep.certificate.expiry", this, CertificateController::end)
        .baseUnit("seconds")
        .description("When the certificate that is served ends, in seconds since 1970; 0 without")
        .register(registry);
  }

  private SelfManagedCertificates own(LockstepConfig config, Lockstep lockstep, CaBundles bundles) {
    String service = tls.webhooks() + "." + config.namespace() + ".svc";
    return new SelfManagedCertificates(
        new SecretCertificateStore(lockstep.api(), config.namespace(), tls.secret()),
        bundles,
        ServerNames.of(tls.names().orElse(List.of(service, service + ".cluster.local"))),
        new Lifetimes(tls.caLifetime(), tls.leafLifetime()),
        served,
        lockstep.reconciler()::isLeading,
        clock);
  }

  private List<CaBundle> lookAtFiles(CaBundles bundles) {
    certificates.lookAtFiles();
    return bundles.read();
  }

  @PostConstruct
  void start() {
    executor.scheduleWithFixedDelay(this::look, 0, tls.period().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      if (!maySeeBundles) {
        certificates.lookAtFiles();
        verdict = TrustCheck.unseen(served.chain(), clock.instant(), "no rights to see caBundles");
        return;
      }
      List<CaBundle> seen = looking.get();
      verdict = TrustCheck.of(served.chain(), seen, clock.instant());
      if (verdict.isTrusted()) {
        complaint.over();
      } else {
        complaint.about("not ready: " + verdict.why());
      }
    } catch (ApiServerException e) {
      unseen(e);
    } catch (RuntimeException e) {
      LOG.error("the certificates can't be looked after", e);
    }
  }

  /**
   * An API server that does not answer says nothing of what it trusts: what was seen last counts.
   */
  private void unseen(ApiServerException e) {
    String why = "the webhook configurations can't be read: " + e.getMessage();
    if (e.isRefusal()) {
      verdict =
          tls.mode() == LockstepConfig.Tls.Mode.FILES
              ? TrustCheck.unseen(served.chain(), clock.instant(), why)
              : new TrustCheck(false, why);
    }
    complaint.about(why);
  }

  @PreDestroy
  void stop() {
    executor.shutdownNow();
  }

  public TrustCheck verdict() {
    return verdict;
  }

  private double end() {
    return served.end().map(Instant::getEpochSecond).orElse(0L);
  }
}
