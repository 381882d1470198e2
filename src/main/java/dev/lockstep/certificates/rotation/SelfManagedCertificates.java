package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.TrustCheck;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.certificates.x509.ServerNames;
import dev.lockstep.logging.LogOnChange;
import dev.lockstep.model.ApiServerException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jboss.logging.Logger;

/**
 * Certificates of our own. Every replica serves the leaf that is kept. What is due is done by the
 * leader; and by whoever has nothing that is trusted, because the leader may be one that was
 * started with certificates of another kind. Two at once are no harm: a write counts only if nobody
 * has written since what it was decided from was read.
 */
public final class SelfManagedCertificates {
  private static final Logger LOG = Logger.getLogger(SelfManagedCertificates.class);

  /** More than it takes from nothing to a served leaf, also if somebody else is faster at each. */
  private static final int STEPS_OF_A_LOOK = 10;

  private final CertificateStore store;
  private final CaBundles bundles;
  private final ServerNames names;
  private final Lifetimes lifetimes;
  private final ServingCertificate served;
  private final BooleanSupplier isLeading;
  private final Clock clock;
  private final CertificateIssuer issuer = new CertificateIssuer();
  private final RotationPlan renewal;
  private final LogOnChange complaint = new LogOnChange(LOG);
  private CaBundleHistory trust = CaBundleHistory.NONE;
  private String lastVersion = "";
  private CertificateState lastHeld = CertificateState.NONE;
  private Optional<X509Certificate> shown = Optional.empty();

  public SelfManagedCertificates(
      CertificateStore store,
      CaBundles bundles,
      ServerNames names,
      Lifetimes lifetimes,
      ServingCertificate served,
      BooleanSupplier isLeading,
      Clock clock) {
    this.store = store;
    this.bundles = bundles;
    this.names = names;
    this.lifetimes = lifetimes;
    this.served = served;
    this.isLeading = isLeading;
    this.clock = clock;
    this.renewal = new RotationPlan(lifetimes, names);
  }

  /** What was read, the bundles first: so what is kept is never older than what they tell of. */
  private record Seen(
      List<CaBundle> bundles, Optional<CertificateStore.Stored> stored, CertificateState held) {}

  /**
   * To be called every so often.
   *
   * @return the bundles as they are now
   */
  public synchronized List<CaBundle> look() {
    Seen seen = read();
    serve(seen);
    try {
      for (int i = 0; i < STEPS_OF_A_LOOK && takeStep(seen); i++) {
        seen = read();
        serve(seen);
      }
      complaint.over();
    } catch (ApiServerException e) {
      complaint.about("what is due of the certificates can't be done: " + e.getMessage());
    }
    return seen.bundles();
  }

  private boolean takeStep(Seen seen) {
    if (!isLeading.getAsBoolean() && isTrusted(served.chain(), seen)) {
      return false;
    }
    RotationStep step = renewal.due(clock.instant(), seen.held(), trust);
    take(step, seen);
    return !(step instanceof RotationStep.Rest);
  }

  private Seen read() {
    List<CaBundle> read = bundles.read();
    List<Set<X509Certificate>> authorities = read.stream().map(CaBundle::authorities).toList();
    trust = trust.seen(authorities, clock.instant());
    Optional<CertificateStore.Stored> stored = store.read();
    return new Seen(read, stored, stored.map(this::holdings).orElse(CertificateState.NONE));
  }

  /** Most looks find what the one before has found. */
  private CertificateState holdings(CertificateStore.Stored stored) {
    if (!stored.version().equals(lastVersion)) {
      lastHeld = parsed(stored);
      lastVersion = stored.version();
    }
    return lastHeld;
  }

  private static CertificateState parsed(CertificateStore.Stored stored) {
    try {
      return CertificateSecretCodec.read(stored.texts());
    } catch (IllegalArgumentException e) {
      LOG.warnf("the kept certificates can't be used (%s); new ones are made", e.getMessage());
      return CertificateState.NONE;
    }
  }

  /** What is trusted is never given up for what is not yet, as a Secret from a backup. */
  private void serve(Seen seen) {
    Optional<Leaf> kept = seen.held().leaf();
    if (kept.isEmpty() || kept.map(Leaf::certificate).equals(shown)) {
      return;
    }
    List<X509Certificate> chain = List.of(kept.get().certificate());
    if (isTrusted(chain, seen) || !isTrusted(served.chain(), seen)) {
      served.serve(keys(kept.get()), chain);
      shown = kept.map(Leaf::certificate);
      LOG.infof("a certificate is served that ends at %s", kept.get().end());
    }
  }

  private boolean isTrusted(List<X509Certificate> chain, Seen seen) {
    return TrustCheck.of(chain, seen.bundles(), clock.instant()).isTrusted();
  }

  /** If somebody else has written since, the next look of the same loop sees what. */
  private void take(RotationStep step, Seen seen) {
    Instant now = clock.instant();
    CertificateState held = seen.held();
    if (step instanceof RotationStep.Make make) {
      Authority made = issuer.authority(now, lifetimes.authority());
      if (keep(seen, held.with(make.found()).with(List.of(made)))) {
        LOG.infof("made the CA %s", made);
      }
    } else if (step instanceof RotationStep.Issue issue) {
      Leaf leaf = issuer.leaf(held.authorities().get(issue.by()), names, now, issue.end());
      if (keep(seen, held.issued(issue.by(), leaf))) {
        LOG.infof("issued a certificate that ends at %s", leaf.end());
      }
    } else if (step instanceof RotationStep.Drop drop) {
      if (keep(seen, held.without(drop.lapsed()))) {
        LOG.infof("no leaf is left of %s", drop.lapsed());
      }
    } else if (step instanceof RotationStep.Tell tell) {
      if (bundles.write(seen.bundles(), tell.bundle())) {
        LOG.infof("the webhook configurations trust %d CAs now", tell.bundle().size());
      }
    }
  }

  private boolean keep(Seen seen, CertificateState held) {
    var texts = CertificateSecretCodec.write(held);
    return seen.stored().isEmpty()
        ? store.create(texts)
        : store.replace(seen.stored().get(), texts);
  }

  private static X509KeyManager keys(Leaf leaf) {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry("leaf", leaf.key(), new char[0], new X509Certificate[] {leaf.certificate()});
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys, new char[0]);
      for (KeyManager manager : factory.getKeyManagers()) {
        if (manager instanceof X509KeyManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("Java has no key manager for X.509");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the kept certificate can't be served", e);
    }
  }
}
