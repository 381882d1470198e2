package dev.lockstep.certificates.rotation;

import static dev.lockstep.certificates.rotation.FakeInstallation.LIFETIMES;
import static dev.lockstep.certificates.rotation.FakeInstallation.NAMES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.certificates.x509.ServerNames;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One step at a time; {@link SelfManagedCertificatesTest} takes them all. */
class RotationPlanTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final CertificateIssuer ISSUER = new CertificateIssuer();
  private static final Authority OLD = ISSUER.authority(NOW, LIFETIMES.authority());
  private static final Authority NEW = ISSUER.authority(NOW, LIFETIMES.authority());
  private static final Instant LEAF_END = NOW.plus(LIFETIMES.leaf());

  private static final CertificateState WITH_LEAF =
      CertificateState.NONE.with(List.of(OLD)).issued(0, ISSUER.leaf(OLD, NAMES, NOW, LEAF_END));

  private final RotationPlan plan = new RotationPlan(LIFETIMES, NAMES);

  /** All bundles hold these, as is seen now for the first time. */
  private static CaBundleHistory trust(Authority... authorities) {
    return CaBundleHistory.NONE.seen(
        List.of(Set.copyOf(List.of(authorities).stream().map(Authority::certificate).toList())),
        NOW);
  }

  private static List<X509Certificate> certificates(Authority... authorities) {
    return List.of(authorities).stream().map(Authority::certificate).toList();
  }

  @Test
  void thereIsACaFirst() {
    assertThat(plan.due(NOW, CertificateState.NONE, trust()))
        .isEqualTo(new RotationStep.Make(List.of()));
  }

  @Test
  void aCaGoesIntoTheBundlesBeforeItIssues() {
    assertThat(plan.due(NOW, CertificateState.NONE.with(List.of(OLD)), trust()))
        .isEqualTo(new RotationStep.Tell(certificates(OLD)));
  }

  @Test
  void theOnlyOneThatIsTrustedIssuesAtOnce() {
    assertThat(plan.due(NOW, CertificateState.NONE.with(List.of(OLD)), trust(OLD)))
        .isEqualTo(new RotationStep.Issue(0, LEAF_END));
  }

  @Test
  void whereNobodyCallsACaIssuesAtOnce() {
    assertThat(plan.due(NOW, CertificateState.NONE.with(List.of(OLD)), CaBundleHistory.NONE))
        .isEqualTo(new RotationStep.Issue(0, LEAF_END));
  }

  @Test
  void aSecondOneIssuesWhenApiServersHadTimeToLearnOfIt() {
    CertificateState both = WITH_LEAF.with(List.of(NEW));
    CaBundleHistory trust = trust(OLD, NEW);
    Instant settled = NOW.plus(LIFETIMES.settling());

    assertThat(plan.due(settled.minusMillis(1), both, trust)).isEqualTo(new RotationStep.Rest());
    assertThat(plan.due(settled, both, trust))
        .isEqualTo(new RotationStep.Issue(1, settled.plus(LIFETIMES.leaf())));
  }

  @Test
  void aLeafIsReplacedWhenAThirdOfItsLifeIsLeft() {
    Instant third = LEAF_END.minus(LIFETIMES.leafLeft());

    assertThat(plan.due(third, WITH_LEAF, trust(OLD))).isEqualTo(new RotationStep.Rest());
    Instant later = third.plusMillis(1);
    assertThat(plan.due(later, WITH_LEAF, trust(OLD)))
        .isEqualTo(new RotationStep.Issue(0, later.plus(LIFETIMES.leaf())));
  }

  @Test
  void otherNamesNeedAnotherLeaf() {
    RotationPlan renamed = new RotationPlan(LIFETIMES, ServerNames.of(List.of("other.svc")));
    assertThat(renamed.due(NOW, WITH_LEAF, trust(OLD)))
        .isEqualTo(new RotationStep.Issue(0, LEAF_END));
  }

  @Test
  void aCaGetsASuccessorWhenAThirdOfItsLifeIsLeft() {
    Instant third = OLD.end().minus(LIFETIMES.authorityLeft());
    Instant later = third.plusMillis(1);
    CertificateState renewed =
        WITH_LEAF.issued(0, ISSUER.leaf(OLD, NAMES, third, third.plus(LIFETIMES.leaf())));

    assertThat(plan.due(third, renewed, trust(OLD))).isEqualTo(new RotationStep.Rest());
    assertThat(plan.due(later, renewed, trust(OLD))).isEqualTo(new RotationStep.Make(List.of()));
  }

  @Test
  void aCaIsForgottenWhenItsLastLeafHasEnded() {
    Instant end = NOW.plus(Duration.ofDays(20));
    CertificateState both =
        WITH_LEAF.with(List.of(NEW)).issued(1, ISSUER.leaf(NEW, NAMES, NOW, end));
    Authority former = both.authorities().get(0);

    assertThat(former.key()).isEmpty();
    assertThat(plan.due(LEAF_END.minusMillis(1), both, trust(OLD, NEW)))
        .isEqualTo(new RotationStep.Rest());
    assertThat(plan.due(LEAF_END, both, trust(OLD, NEW)))
        .isEqualTo(new RotationStep.Drop(List.of(former)));
  }

  @Test
  void aCaWhoseKeepingWasLostStaysTrustedAsLongAsALeafOfItMayBeShown() {
    assertThat(plan.due(NOW, CertificateState.NONE, trust(OLD)))
        .isEqualTo(
            new RotationStep.Make(
                List.of(new Authority(OLD.certificate(), Optional.empty(), LEAF_END))));
  }

  @Test
  void whoCanNotWriteBundlesGoesOnWithTheCaThatIsInThem() {
    CertificateState both = WITH_LEAF.with(List.of(NEW));
    Instant late = LEAF_END.minusSeconds(1);
    assertThat(plan.due(late, both, trust(OLD)))
        .isEqualTo(new RotationStep.Issue(0, late.plus(LIFETIMES.leaf())));
  }
}
