package dev.lockstep.observability.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kubernetes.FakeApiServer;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.kubernetes.repository.HashKeySecret;
import dev.lockstep.kubernetes.watch.WatchStatus;
import dev.lockstep.model.HeadKind;
import dev.lockstep.simulation.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

/** What probes answer, and which cause they name. */
class ReadinessTest {

  @Test
  void theHashKeyIsNeededForSecretsAlone() throws Exception {
    try (FakeApiServer server =
            new FakeApiServer(
                request -> Answer.ok("{\"data\":{\"key\":\"" + "A".repeat(43) + "=\"}}"));
        KubeApiClient api =
            new KubeApiClient(server.config(), (verb, resource, code, nanos) -> {})) {
      HashKeySecret key = new HashKeySecret(api, "lockstep-system");
      HashKeyReadiness readiness = new HashKeyReadiness(key, Set.of(HeadKind.SECRET));

      assertThat(new HashKeyReadiness(key, Set.of(HeadKind.CONFIG_MAP)).call().getStatus())
          .isEqualTo(Status.UP);
      HealthCheckResponse before = readiness.call();
      assertThat(before.getName()).isEqualTo("hash-key");
      assertThat(before.getStatus()).isEqualTo(Status.DOWN);
      assertThat(before.getData()).contains(Map.of("needed", true, "there", false));
      key.get();
      assertThat(readiness.call().getStatus()).isEqualTo(Status.UP);
    }
  }

  @Test
  void aServerLivesUntilARestartWouldHelp() {
    VirtualTime time = new VirtualTime();
    Watchdog watchdog =
        new Watchdog(
            time,
            Duration.ofMinutes(1),
            Map.of(),
            () -> List.of(new WatchStatus(() -> true, () -> true)),
            () -> true);
    WatchdogLiveness liveness = new WatchdogLiveness(watchdog);
    assertThat(liveness.call().getStatus()).isEqualTo(Status.UP);

    time.pass(Duration.ofMinutes(2));
    HealthCheckResponse stuck = liveness.call();
    assertThat(stuck.getStatus()).isEqualTo(Status.DOWN);
    assertThat(stuck.getData()).contains(Map.of("trouble", "nothing was looked at for 60 s"));
  }
}
