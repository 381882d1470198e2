package dev.lockstep.reconcile;

import static dev.lockstep.retention.Made.head;
import static dev.lockstep.retention.Made.markedVersion;
import static dev.lockstep.retention.Made.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.retention.Candidate;
import dev.lockstep.retention.Made;
import dev.lockstep.retention.Retention;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CollectorTest {
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final Duration SWEEP = Duration.ofHours(1);

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger looksThatFail = new AtomicInteger();
  private boolean isOptedIn = true;

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private Collector collector(Collector.Mode mode) {
    return new Collector(
        new OneUnusedVersion(),
        new OneNamespace(),
        () -> List.of("shop"),
        new Retention(new RetentionSettings(0, 0, GRACE, Duration.ZERO)),
        new Collector.Schedule(mode, GRACE, SWEEP),
        executor,
        Clock.systemUTC());
  }

  private final class OneNamespace implements Namespaces {
    @Override
    public Optional<OptedIn> optedIn(String namespace) {
      return isOptedIn ? Optional.of(new OptedIn(namespace, Map.of())) : Optional.empty();
    }
  }

  /** Marked long ago, and named by nobody. */
  private final class OneUnusedVersion implements Versions {
    @Override
    public List<Candidate> all(String namespace) {
      looks.incrementAndGet();
      return List.of(markedVersion("app-config-v000", Made.LONG_AGO.plusSeconds(1)));
    }

    @Override
    public Map<HeadRef, JsonNode> heads(String namespace) {
      return Map.of(ref("app-config"), head("app-config", "v001", Map.of()));
    }

    @Override
    public boolean exists(HeadRef head, String namespace) {
      return true;
    }

    @Override
    public void forEachUser(String namespace, Consumer<JsonNode> action) {
      if (looksThatFail.getAndDecrement() > 0) {
        throw new ApiCallException(503, "no list");
      }
    }

    @Override
    public boolean mark(Candidate version, Instant since) {
      throw new AssertionError("it has a mark");
    }

    @Override
    public void unmark(Candidate version) {
      throw new AssertionError("it is unused");
    }

    @Override
    public boolean delete(Candidate version) {
      return true;
    }
  }

  /** Until all that waits for the one thread now has had its turn. */
  private void drain() throws Exception {
    executor.submit(() -> {}).get();
    executor.submit(() -> {}).get();
  }

  @Test
  void whoeverBeginsToLeadLooksAtAllNamespaces() {
    Collector collector = collector(Collector.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.deleted() == 1);
    assertThat(collector.failures()).isZero();
  }

  @Test
  void aLookThatFailsIsCountedAndDeletesNothingUntilOneSucceeds() {
    looksThatFail.set(2);
    Collector collector = collector(Collector.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.failures() == 2);
    await().until(() -> collector.deleted() == 1);
    assertThat(looks.get()).isEqualTo(3);
  }

  @Test
  void aReportDeletesNothing() {
    Collector collector = collector(Collector.Mode.REPORT);
    collector.lead();
    await().until(() -> collector.reported() == 1);
    assertThat(collector.deleted()).isZero();
  }

  @Test
  void whereItIsOffNothingIsLookedAt() throws Exception {
    collector(Collector.Mode.OFF).lead();
    drain();
    assertThat(looks.get()).isZero();
  }

  @Test
  void whoeverLeadsNoMoreLooksAtNothing() throws Exception {
    Collector collector = collector(Collector.Mode.DELETE);
    executor.execute(
        () -> {
          collector.lead();
          collector.follow();
        });
    drain();
    assertThat(looks.get()).isZero();
  }

  @Test
  void aNamespaceThatIsNotOptedInKeepsWhatItHas() throws Exception {
    isOptedIn = false;
    collector(Collector.Mode.DELETE).lead();
    drain();
    assertThat(looks.get()).isZero();
  }
}
