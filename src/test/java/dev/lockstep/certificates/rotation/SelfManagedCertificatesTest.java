package dev.lockstep.certificates.rotation;

import static dev.lockstep.certificates.rotation.FakeInstallation.LIFETIMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.rotation.FakeInstallation.Replica;
import dev.lockstep.certificates.x509.KeyMatching;
import dev.lockstep.certificates.x509.ServerNames;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfManagedCertificatesTest {
  private final FakeInstallation installation = new FakeInstallation(LIFETIMES);

  private static X509Certificate only(Set<X509Certificate> bundle) {
    assertThat(bundle).hasSize(1);
    return bundle.iterator().next();
  }

  @Test
  void oneLookIsEnoughForAFreshInstallation() {
    Replica leader = installation.leader();

    leader.look();

    assertThat(leader.isTrusted()).isTrue();
    assertThat(KeyMatching.isSignedBy(leader.shown(), only(installation.bundle()))).isTrue();
  }

  @Test
  void twoReplicasAtOnceAndNoLeaderGetTheSame() {
    Replica one = installation.follower();
    Replica other = installation.follower();

    installation.beforeNextWrite(other::look);
    one.look();

    assertThat(one.isTrusted()).isTrue();
    assertThat(other.isTrusted()).isTrue();
    assertThat(one.shown()).isEqualTo(other.shown());
    only(installation.bundle());
  }

  @Test
  void whoFollowsTakesWhatTheLeaderMade() {
    Replica leader = installation.leader();
    Replica follower = installation.follower();
    leader.look();
    follower.look();
    X509Certificate before = follower.shown();

    installation.pass(LIFETIMES.leaf().minusDays(2));
    follower.look();
    assertThat(follower.shown()).isEqualTo(before);
    leader.look();
    follower.look();

    assertThat(follower.shown()).isNotEqualTo(before).isEqualTo(leader.shown());
    only(installation.bundle());
  }

  @Test
  void aNewCaIsTrustedBeforeItIssuesAndTheOldOneUntilItsLastLeafHasEnded() {
    Replica leader = installation.leader();
    leader.look();
    X509Certificate old = only(installation.bundle());
    for (int day = 0; day < 244; day++) {
      installation.pass(Duration.ofDays(1));
      leader.look();
    }

    assertThat(installation.bundle()).hasSize(2).contains(old);
    X509Certificate last = leader.shown();
    assertThat(KeyMatching.isSignedBy(last, old)).isTrue();

    installation.pass(LIFETIMES.settling());
    leader.look();
    assertThat(KeyMatching.isSignedBy(leader.shown(), old)).isFalse();
    assertThat(installation.bundle()).hasSize(2).contains(old);
    assertThat(installation.held().authorities())
        .extracting(authority -> authority.key().isPresent())
        .containsExactly(false, true);

    installation.pass(
        Duration.between(
            installation.now(), last.getNotAfter().toInstant().minus(Duration.ofSeconds(1))));
    leader.look();
    assertThat(installation.bundle()).hasSize(2).contains(old);

    installation.pass(Duration.ofSeconds(1));
    leader.look();
    assertThat(only(installation.bundle())).isNotEqualTo(old);
    assertThat(leader.isTrusted()).isTrue();
  }

  @Test
  void aWipedBundleIsWrittenAgain() {
    Replica leader = installation.leader();
    leader.look();
    X509Certificate shown = leader.shown();
    installation.wipeBundles();

    leader.look();

    assertThat(leader.isTrusted()).isTrue();
    assertThat(leader.shown()).isEqualTo(shown);
  }

  @Test
  void aDeletedSecretIsMadeAgainAndWhatIsServedStaysTrusted() {
    Replica leader = installation.leader();
    leader.look();
    X509Certificate old = only(installation.bundle());
    installation.deleteSecret();

    leader.look();
    assertThat(KeyMatching.isSignedBy(leader.shown(), old)).isTrue();
    assertThat(leader.isTrusted()).isTrue();

    installation.pass(LIFETIMES.settling());
    leader.look();
    assertThat(KeyMatching.isSignedBy(leader.shown(), old)).isFalse();
    assertThat(leader.isTrusted()).isTrue();
    assertThat(installation.bundle()).contains(old);

    installation.pass(LIFETIMES.leaf());
    leader.look();
    assertThat(installation.bundle()).doesNotContain(old);
  }

  @Test
  void aSecretThatCannotBeReadIsWrittenAnew() {
    installation.write(Map.of("ca.crt", "something else"));
    Replica leader = installation.leader();

    leader.look();

    assertThat(leader.isTrusted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 150, 366, 1000})
  void whatEndedWhileEverythingWasDownIsMadeAgainAtOnce(int days) {
    installation.leader().look();
    installation.pass(Duration.ofDays(days));
    Replica back = installation.leader();

    back.look();

    assertThat(back.isTrusted()).isTrue();
    only(installation.bundle());
  }

  @Test
  void aSecretFromABackupIsNotServedBeforeItIsTrusted() {
    Replica leader = installation.leader();
    Replica follower = installation.follower();
    leader.look();
    Map<String, String> backup = new HashMap<>(installation.secret());
    installation.deleteSecret();
    leader.look();
    installation.pass(LIFETIMES.settling());
    leader.look();
    installation.pass(LIFETIMES.leaf().dividedBy(2));
    follower.look();
    X509Certificate shown = follower.shown();
    installation.wipeBundles();
    leader.look();
    installation.pass(LIFETIMES.leaf().dividedBy(2));
    leader.look();
    follower.look();

    installation.write(backup);
    X509Certificate before = follower.shown();
    follower.look();

    assertThat(before).isNotEqualTo(shown);
    assertThat(follower.shown()).isEqualTo(before);
    assertThat(follower.isTrusted()).isTrue();
  }

  @Test
  void otherNamesNeedAnotherCertificate() {
    installation.leader().look();
    Replica renamed = installation.leaderFor("Example.com", "192.0.2.7", "::1");

    renamed.look();

    assertThat(ServerNames.of(renamed.shown()))
        .isEqualTo(ServerNames.of(List.of("::1", "192.0.2.7", "example.com")));
    assertThat(renamed.isTrusted()).isTrue();
  }

  @Test
  void withoutTheRightToWriteBundlesItGoesOnWithTheCaThatIsTrusted() {
    Replica leader = installation.leader();
    leader.look();
    X509Certificate authority = only(installation.bundle());
    installation.mayWriteBundles(false);

    for (int day = 0; day < 364; day++) {
      installation.pass(Duration.ofDays(1));
      leader.look();
      assertThat(leader.isTrusted()).as("day %d", day).isTrue();
    }
    installation.mayWriteBundles(true);
    leader.look();
    installation.pass(LIFETIMES.settling());
    leader.look();

    assertThat(KeyMatching.isSignedBy(leader.shown(), authority)).isFalse();
    assertThat(leader.isTrusted()).isTrue();
  }

  @Test
  void withoutWebhooksThereIsACertificateReadyForThem() {
    installation.removeWebhooks();
    Replica leader = installation.leader();

    leader.look();

    assertThat(leader.isServing()).isTrue();
  }

  @Test
  void aCaHasToOutliveItsLeaves() {
    assertThatThrownBy(() -> new Lifetimes(Duration.ofDays(20), Duration.ofDays(7)))
        .hasMessageContaining("at least three times");
  }

  @Test
  void whatIsKeptIsReadAsItWasWritten() {
    Replica leader = installation.leader();
    leader.look();
    installation.deleteSecret();
    leader.look();

    CertificateState held = installation.held();

    assertThat(CertificateSecretCodec.read(CertificateSecretCodec.write(held))).isEqualTo(held);
    assertThat(held.toString() + held.leaf()).doesNotContain("PrivateKey").doesNotContain("BEGIN");
  }

  /**
   * Some months in seconds: leaders change, replicas restart or look late, writes come in between,
   * Secrets are deleted, and API servers learn of bundles late.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void atEachMomentEveryServedLeafIsTrusted(long seed) {
    int late = 2;
    int mostWithoutALook = 3;
    Random random = new Random(seed);
    FakeInstallation world =
        new FakeInstallation(new Lifetimes(Duration.ofSeconds(120), Duration.ofSeconds(30)));
    List<Replica> replicas = new ArrayList<>(List.of(world.leader(), world.follower()));
    replicas.forEach(Replica::look);
    Deque<List<CaBundle>> views = new ArrayDeque<>(List.of(world.webhooks()));
    Set<X509Certificate> authorities = new HashSet<>();
    int[] lastLook = new int[replicas.size()];

    for (int second = 1; second < 400; second++) {
      world.pass(Duration.ofSeconds(1));
      happen(random, world, replicas);
      for (int i = 0; i < replicas.size(); i++) {
        if (random.nextInt(3) == 0 || second - lastLook[i] >= mostWithoutALook) {
          replicas.get(i).look();
          lastLook[i] = second;
        }
      }
      views.addLast(world.webhooks());
      if (views.size() > late) {
        views.removeFirst();
      }
      authorities.addAll(world.bundle());
      for (Replica replica : replicas) {
        for (List<CaBundle> view : views) {
          assertThat(!replica.isServing() || replica.isTrustedBy(view))
              .as("seed %d, second %d", seed, second)
              .isTrue();
        }
      }
      assertThat(world.bundle()).hasSizeLessThan(8);
    }
    assertThat(authorities).hasSizeGreaterThan(3);
  }

  private static void happen(Random random, FakeInstallation world, List<Replica> replicas) {
    int which = random.nextInt(replicas.size());
    switch (random.nextInt(60)) {
      case 0 -> replicas.forEach(replica -> replica.lead(replica == replicas.get(which)));
      case 1 -> replicas.forEach(replica -> replica.lead(true));
      case 2 -> replicas.set(which, random.nextBoolean() ? world.leader() : world.follower());
      case 3 -> world.beforeNextWrite(replicas.get(which)::look);
      case 4 -> {
        if (random.nextInt(5) == 0) {
          world.deleteSecret();
        }
      }
      default -> {}
    }
    if (replicas.stream().noneMatch(Replica::isLeading)) {
      replicas.get(which).lead(true);
    }
  }
}
