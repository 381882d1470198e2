package dev.lockstep;

import dev.lockstep.kubernetes.ApiTrustBundles;
import dev.lockstep.kubernetes.SecretCertificates;
import dev.lockstep.tls.Complaint;
import dev.lockstep.tls.Lifetimes;
import dev.lockstep.tls.OwnCertificates;
import dev.lockstep.tls.Served;
import dev.lockstep.tls.ServerNames;
import dev.lockstep.tls.TrustBundle;
import dev.lockstep.tls.TrustBundles;
import dev.lockstep.tls.Verdict;
import dev.lockstep.version.ApiCallException;
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
class CertificateUpkeep {
  private static final Logger LOG = Logger.getLogger(CertificateUpkeep.class);

  private final Certificates certificates;
  private final Served served;
  private final LockstepConfig.Tls tls;
  private final Supplier<List<TrustBundle>> looking;

  /** Webhook configurations are the cluster's: without a ClusterRole they can't be read. */
  private final boolean maySeeBundles;

  private final Clock clock = Clock.systemUTC();
  private final Complaint complaint = new Complaint(LOG);
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "lockstep-certificate"));
  private volatile Verdict verdict = new Verdict(false, "nothing has been looked at yet");

  CertificateUpkeep(
      LockstepConfig config,
      Lockstep lockstep,
      @Identifier("webhook") Certificates certificates,
      MeterRegistry registry) {
    this.certificates = certificates;
    this.served = certificates.served();
    this.tls = config.tls();
    this.maySeeBundles = config.namespaces().isEmpty();
    TrustBundles bundles = new ApiTrustBundles(lockstep.api(), tls.webhooks());
    this.looking =
        switch (tls.mode()) {
          case FILES -> () -> lookAtFiles(bundles);
          case SELF -> own(config, lockstep, bundles)::look;
        };
    Gauge.builder("lockstep.certificate.expiry", this, CertificateUpkeep::end)
        .baseUnit("seconds")
        .description("When the certificate that is served ends, in seconds since 1970; 0 without")
        .register(registry);
  }

  private OwnCertificates own(LockstepConfig config, Lockstep lockstep, TrustBundles bundles) {
    String service = tls.webhooks() + "." + config.namespace() + ".svc";
    return new OwnCertificates(
        new SecretCertificates(lockstep.api(), config.namespace(), tls.secret()),
        bundles,
        ServerNames.of(tls.names().orElse(List.of(service, service + ".cluster.local"))),
        new Lifetimes(tls.caLifetime(), tls.leafLifetime()),
        served,
        lockstep.reconciler()::isLeading,
        clock);
  }

  private List<TrustBundle> lookAtFiles(TrustBundles bundles) {
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
        verdict = Verdict.unseen(served.chain(), clock.instant(), "no rights to see caBundles");
        return;
      }
      List<TrustBundle> seen = looking.get();
      verdict = Verdict.of(served.chain(), seen, clock.instant());
      if (verdict.isTrusted()) {
        complaint.over();
      } else {
        complaint.about("not ready: " + verdict.why());
      }
    } catch (ApiCallException e) {
      unseen(e);
    } catch (RuntimeException e) {
      LOG.error("the certificates can't be looked after", e);
    }
  }

  /**
   * An API server that does not answer says nothing of what it trusts: what was seen last counts.
   */
  private void unseen(ApiCallException e) {
    String why = "the webhook configurations can't be read: " + e.getMessage();
    if (e.isRefusal()) {
      verdict =
          tls.mode() == LockstepConfig.Tls.Mode.FILES
              ? Verdict.unseen(served.chain(), clock.instant(), why)
              : new Verdict(false, why);
    }
    complaint.about(why);
  }

  @PreDestroy
  void stop() {
    executor.shutdownNow();
  }

  Verdict verdict() {
    return verdict;
  }

  private double end() {
    return served.end().map(Instant::getEpochSecond).orElse(0L);
  }
}
