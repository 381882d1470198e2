package dev.lockstep.callers;

import static dev.lockstep.callers.FakeApi.PERIOD;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathKeeperTest {
  private static final int ACTIONS = 2_000;

  private final FakeApi api = new FakeApi();

  @Test
  void aNewInstallationGetsASecretPathOnceAllReplicasCanKnowIt() {
    PathKeeper replica = api.replica();

    replica.look();
    assertThat(heads()).isEqualTo("/");
    assertThat(isServed(replica, "/")).isTrue();
    assertThat(isServed(replica, "/mutate/heads")).isFalse();

    settle(replica);

    assertThat(heads()).matches("/[a-z0-9]{32}/mutate/heads");
    assertThat(isServed(replica, heads())).isTrue();
    assertThat(isServed(replica, "/mutate/heads")).isFalse();
  }

  @Test
  void allWebhooksHaveTheSameSecret() {
    settle(api.replica());

    Map<WebhookPath, String> paths = api.learned();
    String secret = heads().substring(0, 33);
    assertThat(paths.values())
        .containsExactlyInAnyOrder(
            secret + "/mutate/heads", secret + "/mutate/workloads", secret + "/validate/versions");
  }

  @Test
  void theRootIsClosedSoonAfterThePathIsWritten() {
    PathKeeper replica = api.replica();
    settle(replica);
    assertThat(isServed(replica, "/")).isTrue();

    pass(replica, Duration.ofMinutes(2));

    assertThat(FakeApi.answers(replica, "/")).isFalse();
    assertThat(FakeApi.answers(replica, "/mutate/heads")).isFalse();
  }

  @Test
  void aPathIsReplacedAfterItsLifetimeAndServedForAnHourMore() {
    PathKeeper replica = api.replica();
    settle(replica);
    String first = heads();

    pass(replica, Duration.ofHours(25));
    String second = heads();

    assertThat(second).isNotEqualTo(first);
    assertThat(isServed(replica, second)).isTrue();
    pass(replica, Duration.ofHours(2));
    assertThat(FakeApi.answers(replica, first)).isFalse();
    assertThat(isServed(replica, second)).isTrue();
  }

  @Test
  void theNextPathIsServedBeforeItIsWritten() {
    PathKeeper replica = api.replica();
    settle(replica);
    String first = heads();
    api.pass(Duration.ofHours(24));
    replica.look();

    String next = api.secret().get("next");
    assertThat(heads()).isEqualTo(first);
    assertThat(next).isNotEmpty();
    assertThat(isServed(replica, next + "/mutate/heads")).isTrue();
    assertThat(isServed(replica, first)).isTrue();
  }

  @Test
  void aStartReplacesThePath() {
    PathKeeper first = api.replica();
    settle(first);
    String before = heads();
    pass(first, PathPlan.SHORTEST);

    settle(api.replica());

    assertThat(heads()).isNotEqualTo(before);
  }

  @Test
  void aCallWithoutAnAnswerReplacesThePathThoughNotAllTheTime() {
    PathKeeper replica = api.replica();
    settle(replica);
    String first = heads();

    replica.shown();
    settle(replica);
    assertThat(heads()).isEqualTo(first);
    pass(replica, PathPlan.SHORTEST);
    String second = heads();
    assertThat(second).isNotEqualTo(first);

    pass(replica, PathPlan.SHORTEST);
    assertThat(heads()).isEqualTo(second);
  }

  @Test
  void aRestoredConfigurationIsAnsweredAtOnceAndGetsTheCurrentPath() {
    PathKeeper replica = api.replica();
    settle(replica);
    Map<WebhookPath, String> old = api.learned();
    pass(replica, Duration.ofDays(3));
    String current = heads();
    assertThat(FakeApi.answers(replica, old.get(WebhookPath.HEADS))).isFalse();

    api.restore(old);

    assertThat(FakeApi.answers(replica, old.get(WebhookPath.HEADS))).isTrue();
    replica.look();
    assertThat(heads()).isEqualTo(current);
    assertThat(FakeApi.answers(api.replica(), old.get(WebhookPath.HEADS))).isTrue();
  }

  @Test
  void fixedPathsAreLeftAndServedWhereThatIsSet() {
    api.configure(PathPrefix.FIXED);
    PathKeeper replica = api.replica(true);

    settle(replica);

    assertThat(heads()).isEqualTo("/mutate/heads");
    assertThat(isServed(replica, "/mutate/heads")).isTrue();
    assertThat(api.secret()).isEmpty();
  }

  @Test
  void theSecondStepOfAnUpgradeFromTheFirstReleaseLosesNothing() {
    api.configure(PathPrefix.FIXED);
    PathKeeper old = api.replica(true);
    settle(old);

    api.configure(PathPrefix.ROOT);
    assertThat(FakeApi.answers(old, "/")).isTrue();
    assertThat(FakeApi.answers(old, "/mutate/heads")).isTrue();
    PathKeeper fresh = api.replica();
    settle(fresh);

    assertThat(heads()).matches("/[a-z0-9]{32}/mutate/heads");
    assertThat(FakeApi.answers(old, heads())).isTrue();
    assertThat(FakeApi.answers(old, "/")).isTrue();
  }

  @Test
  void whoMayNotSeeTheConfigurationsAnswersAsWithoutASecret() {
    api.mayRead(false);
    PathKeeper replica = api.replica();
    replica.look();

    assertThat(isServed(replica, "/")).isTrue();
    assertThat(isServed(replica, "/mutate/heads")).isTrue();
  }

  @Test
  void aLostSecretLosesNoCall() {
    PathKeeper replica = api.replica();
    settle(replica);
    String before = heads();

    api.deleteSecret();
    PathKeeper other = api.replica();
    assertThat(FakeApi.answers(other, before)).isTrue();
    settle(replica, other);

    assertThat(heads()).isNotEqualTo(before);
    assertThat(FakeApi.answers(replica, before)).isTrue();
    assertThat(FakeApi.answers(other, before)).isTrue();
    assertThat(FakeApi.answers(other, heads())).isTrue();
  }

  @Test
  void aSecretThatHoldsNonsenseIsWrittenAnew() {
    PathState read =
        PathCodec.read(Map.of("current", "/../x", "since", "yesterday", "former", "a b"));

    assertThat(read).isEqualTo(PathState.NONE);
  }

  @Test
  void aPathIsNeverPrinted() {
    PathKeeper replica = api.replica();
    settle(replica);
    String secret = heads().substring(1, 33);
    PathState state = PathCodec.read(api.secret());

    assertThat(state.toString()).doesNotContain(secret);
    assertThat(new PathStep.Tell(state.current().orElseThrow()).toString()).doesNotContain(secret);
    assertThat(
            PathPrefix.hidden(
                "Post \"https://lockstep.lockstep-system.svc:443/" + secret + "/mutate/heads\""))
        .doesNotContain(secret)
        .contains("/.../mutate/heads");
  }

  /** Two replicas, two API servers that learn late, and everybody who writes. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void noCallIsRefusedInWhateverOrderThingsHappen(long seed) {
    Random random = new Random(seed);
    List<PathKeeper> replicas = new ArrayList<>(List.of(api.replica(), api.replica()));
    List<Map<WebhookPath, String>> servers = new ArrayList<>(List.of(api.learned(), api.learned()));
    List<Map<WebhookPath, String>> backups = new ArrayList<>(List.of(api.learned()));
    for (int action = 0; action < ACTIONS; action++) {
      switch (random.nextInt(12)) {
        case 0 -> replicas.set(random.nextInt(2), api.replica());
        case 1 -> backups.add(api.learned());
        case 2 -> replicas.get(random.nextInt(2)).shown();
        case 3 -> {
          // A writer from outside comes when all have learned of the one before.
          settle(replicas.toArray(PathKeeper[]::new));
          servers.replaceAll(known -> api.learned());
          api.restore(backups.get(random.nextInt(backups.size())));
        }
        case 4 -> {
          settle(replicas.toArray(PathKeeper[]::new));
          servers.replaceAll(known -> api.learned());
          api.deleteSecret();
        }
        case 5 -> {
          api.pass(Duration.ofHours(random.nextInt(30)));
          servers.replaceAll(known -> api.learned());
        }
        case 6 -> {
          api.pass(PERIOD);
          servers.replaceAll(known -> api.learned());
        }
        case 7, 8 -> servers.set(random.nextInt(2), api.learned());
        default -> replicas.get(random.nextInt(2)).look();
      }
      for (Map<WebhookPath, String> server : servers) {
        for (String path : server.values()) {
          assertThat(FakeApi.answers(replicas.get(random.nextInt(2)), path))
              .as("action %d", action)
              .isTrue();
        }
      }
    }
  }

  private String heads() {
    return api.learned().get(WebhookPath.HEADS);
  }

  private static boolean isServed(PathKeeper replica, String path) {
    return replica.served().match(path) instanceof ServedPaths.Match.Webhook;
  }

  private void settle(PathKeeper... replicas) {
    for (int period = 0; period < 6; period++) {
      for (PathKeeper replica : replicas) {
        replica.look();
      }
      api.pass(PERIOD);
    }
  }

  /** Looks all the time, as a replica does. */
  private void pass(PathKeeper replica, Duration time) {
    Duration step = time.dividedBy(200);
    for (int i = 0; i < 200; i++) {
      api.pass(step);
      replica.look();
    }
    settle(replica);
  }
}
