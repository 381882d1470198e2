package dev.lockstep.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Two replicas that come and go, as in upgrades and when nodes are drained. */
@OnRealNode
class RestartNodeIT {
  private static final int ADMISSIONS_PER_SECOND = 20;
  private static final int RESTARTS = Integer.getInteger("lockstep.restarts", 2);

  @Test
  void noAdmissionFailsWhileReplicasAreRestarted(RealCluster cluster) throws Exception {
    Installation installation = Installation.of(cluster, CertificateMode.SECRET);
    Shop shop = Shop.open(cluster);
    SteadyLoad load = SteadyLoad.start(shop, ADMISSIONS_PER_SECOND);

    for (int restart = 0; restart < RESTARTS; restart++) {
      for (JsonNode pod : installation.pods()) {
        installation.kubectl("delete", "pod", pod.at("/metadata/name").asText());
        awaitRollout(installation);
      }
    }
    installation.kubectl("rollout", "restart", "deployment/lockstep");
    awaitRollout(installation);

    assertThat(load.endWithoutFailure()).isGreaterThan(ADMISSIONS_PER_SECOND);
  }

  private static void awaitRollout(Installation installation) {
    installation.kubectl("rollout", "status", "deployment/lockstep", "--timeout=100s");
  }
}
