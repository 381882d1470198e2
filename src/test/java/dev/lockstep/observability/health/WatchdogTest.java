package dev.lockstep.observability.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kubernetes.watch.WatchStatus;
import dev.lockstep.simulation.SuppliedClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** When a restart would help, and when not. */
class WatchdogTest {
  private static final Duration TOO_LONG = Duration.ofMinutes(2);

  private Instant now = Instant.EPOCH;
  private final List<Runnable> stuck = new ArrayList<>();
  private Executor pool = Runnable::run;
  private boolean runs = true;
  private boolean hears = true;
  private boolean apiServerAnswers = true;

  private final Watchdog pulse =
      new Watchdog(
          new SuppliedClock(() -> now),
          TOO_LONG,
          Map.of("reviews", task -> pool.execute(task)),
          () -> List.of(new WatchStatus(() -> runs, () -> hears)),
          () -> apiServerAnswers);

  /** As the server does, every ten seconds. */
  private void beatFor(Duration duration) {
    Instant end = now.plus(duration);
    while (now.isBefore(end)) {
      pulse.beat();
      now = now.plusSeconds(10);
    }
  }

  @Test
  void aQuietServerIsAlive() {
    beatFor(Duration.ofHours(1));
    assertThat(pulse.trouble()).isEmpty();
  }

  @Test
  void aPoolThatDoesNotGetToItsNextTaskIsStuckUntilItDoes() {
    pool = stuck::add;
    beatFor(TOO_LONG);
    assertThat(pulse.trouble()).as("it may be busy").isEmpty();
    beatFor(TOO_LONG);
    assertThat(pulse.trouble()).contains("the threads of reviews are stuck");
    assertThat(stuck).as("one task waits, not one for each beat").hasSize(1);
    stuck.forEach(Runnable::run);
    assertThat(pulse.trouble()).isEmpty();
  }

  @Test
  void anApiServerThatIsAwayIsNoReasonForARestart() {
    hears = false;
    apiServerAnswers = false;
    beatFor(Duration.ofHours(1));
    assertThat(pulse.trouble()).isEmpty();
    apiServerAnswers = true;
    beatFor(TOO_LONG);
    assertThat(pulse.trouble()).as("watches have time to come back").isEmpty();
  }

  @Test
  void aWatchThatStaysDeafWhileTheApiServerAnswersIsDead() {
    hears = false;
    beatFor(TOO_LONG.multipliedBy(2));
    assertThat(pulse.trouble()).hasValueSatisfying(why -> assertThat(why).contains("watch"));
    hears = true;
    pulse.beat();
    assertThat(pulse.trouble()).isEmpty();
  }

  @Test
  void aWatchThatHasEndedIsDead() {
    runs = false;
    assertThat(pulse.trouble()).contains("a watch has ended");
  }

  @Test
  void aPulseThatHasStoppedIsTrouble() {
    pulse.beat();
    now = now.plus(TOO_LONG).plusSeconds(1);
    assertThat(pulse.trouble()).isPresent();
  }
}
