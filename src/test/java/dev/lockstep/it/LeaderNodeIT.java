package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What happens to the work that needs a leader, when there is none. */
@OnRealNode
class LeaderNodeIT {
  /** The bound that users are promised. */
  private static final Duration WITHOUT_LEADER = Duration.ofSeconds(20);

  @Test
  void twentySecondsAfterTheLeaderWasKilledVersionsAreMadeAgain(RealCluster cluster) {
    Installation installation = Installation.of(cluster, CertificateMode.SECRET);
    Shop shop = Shop.open(cluster);
    shop.apply(Manifests.configMap("app-config", "FOO", "a"));
    shop.awaitObject("configmap/app-config-v000");
    String leader = installation.leader();
    assertThat(leader).isNotEmpty();
    String heldBy = holder(installation);

    installation.kill(leader);
    Instant killed = Instant.now();
    // While the Service still has the dead one, a request may be refused: a user tries again.
    await()
        .atMost(WITHOUT_LEADER)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> shop.tryApply(Manifests.configMap("app-config", "FOO", "b")).exit(),
            exit -> exit == 0);

    await()
        .atMost(WITHOUT_LEADER.minus(Duration.between(killed, Instant.now())))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> shop.find("configmap/app-config-v001").isPresent());
    assertThat(holder(installation)).isNotEqualTo(heldBy);
  }

  private static String holder(Installation installation) {
    return installation
        .kubectl("get", "lease", "lockstep", "-o", "jsonpath={.spec.holderIdentity}")
        .out();
  }
}
