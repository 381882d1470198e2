package dev.lockstep.certificates.rotation;

import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.TrustCheck;
import dev.lockstep.certificates.serving.ServingCertificate;
import dev.lockstep.certificates.x509.ServerNames;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.simulation.SuppliedClock;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A Secret, two webhooks and a clock; replicas look at them when they are told to. */
final class FakeInstallation {
  static final Lifetimes LIFETIMES = new Lifetimes(Duration.ofDays(365), Duration.ofDays(7));
  static final ServerNames NAMES = ServerNames.of(List.of("lockstep.lockstep-system.svc"));

  private final Lifetimes lifetimes;
  private final Map<String, Set<X509Certificate>> bundles = new LinkedHashMap<>();
  private Optional<Map<String, String>> secret = Optional.empty();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int secretVersion;
  private int bundleVersion;
  private boolean mayWriteBundles = true;
  private Runnable meanwhile = () -> {};

  FakeInstallation(Lifetimes lifetimes) {
    this.lifetimes = lifetimes;
    bundles.put("heads", Set.of());
    bundles.put("versions", Set.of());
  }

  /** One server; whether it leads can be changed. */
  final class Replica {
    private final ServingCertificate served = new ServingCertificate();
    private final SelfManagedCertificates certificates;
    private boolean isLeading;

    private Replica(boolean isLeading, ServerNames names) {
      this.isLeading = isLeading;
      this.certificates =
          new SelfManagedCertificates(
              store, webhooks, names, lifetimes, served, () -> this.isLeading, clock);
    }

    void look() {
      certificates.look();
    }

    void lead(boolean leads) {
      isLeading = leads;
    }

    boolean isLeading() {
      return isLeading;
    }

    X509Certificate shown() {
      return served.chain().get(0);
    }

    boolean isServing() {
      return !served.chain().isEmpty();
    }

    boolean isTrusted() {
      return isTrustedBy(webhooks());
    }

    boolean isTrustedBy(List<CaBundle> read) {
      return TrustCheck.of(served.chain(), read, now).isTrusted();
    }
  }

  Replica leader() {
    return new Replica(true, NAMES);
  }

  Replica follower() {
    return new Replica(false, NAMES);
  }

  Replica leaderFor(String... names) {
    return new Replica(true, ServerNames.of(List.of(names)));
  }

  Instant now() {
    return now;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Somebody deletes it. */
  void deleteSecret() {
    secret = Optional.empty();
  }

  /** Somebody writes it. */
  void write(Map<String, String> texts) {
    secret = Optional.of(texts);
    secretVersion++;
  }

  Map<String, String> secret() {
    return secret.orElseThrow();
  }

  CertificateState held() {
    return CertificateSecretCodec.read(secret());
  }

  void wipeBundles() {
    bundles.replaceAll((webhook, bundle) -> Set.of());
    bundleVersion++;
  }

  /** There is no webhook configuration. */
  void removeWebhooks() {
    bundles.clear();
  }

  Set<X509Certificate> bundle() {
    return bundles.get("heads");
  }

  void mayWriteBundles(boolean may) {
    mayWriteBundles = may;
  }

  /** Between the next decision and the write that it leads to. */
  void beforeNextWrite(Runnable action) {
    meanwhile = action;
  }

  private void meanwhile() {
    Runnable action = meanwhile;
    meanwhile = () -> {};
    action.run();
  }

  /** What API servers trust now. */
  List<CaBundle> webhooks() {
    return webhooks.read();
  }

  private final CertificateStore store =
      new CertificateStore() {
        @Override
        public Optional<Stored> read() {
          return secret.map(texts -> new Stored(texts, String.valueOf(secretVersion)));
        }

        @Override
        public boolean create(Map<String, String> texts) {
          meanwhile();
          boolean isFirst = secret.isEmpty();
          if (isFirst) {
            write(texts);
          }
          return isFirst;
        }

        @Override
        public boolean replace(Stored before, Map<String, String> texts) {
          meanwhile();
          boolean isSame =
              secret.isPresent() && before.version().equals(String.valueOf(secretVersion));
          if (isSame) {
            write(texts);
          }
          return isSame;
        }
      };

  private final CaBundles webhooks =
      new CaBundles() {
        @Override
        public List<CaBundle> read() {
          return bundles.entrySet().stream()
              .map(
                  each ->
                      new CaBundle(
                          "", String.valueOf(bundleVersion), 0, each.getKey(), each.getValue()))
              .toList();
        }

        @Override
        public boolean write(List<CaBundle> read, Collection<X509Certificate> authorities) {
          if (!mayWriteBundles) {
            throw new ApiServerException(403, "no right to write them");
          }
          meanwhile();
          boolean isSame = read.get(0).version().equals(String.valueOf(bundleVersion));
          if (isSame) {
            bundles.replaceAll((webhook, bundle) -> Set.copyOf(authorities));
            bundleVersion++;
          }
          return isSame;
        }
      };

  private final Clock clock = new SuppliedClock(() -> now);
}
