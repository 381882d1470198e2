package dev.lockstep.certificates;

import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.logging.LogOnChange;
import dev.lockstep.model.ApiServerException;
import java.time.Clock;
import java.util.List;
import org.jboss.logging.Logger;

/** Looks after the certificate that is served, and checks whether API servers trust it. */
public final class CertificateController {
  private static final Logger LOG = Logger.getLogger(CertificateController.class);

  private final CertificateSource source;
  private final ServingCertificate served;
  private final Clock clock;
  private final LogOnChange complaint = new LogOnChange(LOG);
  private volatile TrustCheck lastCheck = new TrustCheck(false, "nothing has been looked at yet");

  public CertificateController(CertificateSource source, ServingCertificate served, Clock clock) {
    this.source = source;
    this.served = served;
    this.clock = clock;
  }

  /** To be called every few seconds. */
  public void look() {
    try {
      lastCheck = source.look().map(this::check).orElseGet(this::checkWithoutBundles);
    } catch (ApiServerException e) {
      bundlesUnreadable(e);
    }
  }

  private TrustCheck check(List<CaBundle> bundles) {
    TrustCheck check = TrustCheck.of(served.chain(), bundles, clock.instant());
    if (check.isTrusted()) {
      complaint.over();
    } else {
      complaint.about("not ready: " + check.why());
    }
    return check;
  }

  private TrustCheck checkWithoutBundles() {
    return TrustCheck.unseen(served.chain(), clock.instant(), "no rights to see caBundles");
  }

  /** An API server that does not answer says nothing of what it trusts: the last check counts. */
  private void bundlesUnreadable(ApiServerException e) {
    String why = "the webhook configurations can't be read: " + e.getMessage();
    if (e.isRefusal()) {
      lastCheck =
          source.trustsUnseenBundles()
              ? TrustCheck.unseen(served.chain(), clock.instant(), why)
              : new TrustCheck(false, why);
    }
    complaint.about(why);
  }

  public TrustCheck lastCheck() {
    return lastCheck;
  }
}
