package dev.lockstep.controller.retention;

import static dev.lockstep.retention.Made.head;
import static dev.lockstep.retention.Made.markedVersion;
import static dev.lockstep.retention.Made.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.retention.Made;
import dev.lockstep.retention.RetentionCandidate;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import dev.lockstep.versioning.ManagedNamespaces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetentionControllerTest {
  private static final Duration GRACE = Duration.ofMinutes(2);
  private static final Duration SWEEP = Duration.ofHours(1);

  /** Looks that are due later, in seconds from now; none of them comes while a test runs. */
  private final List<Long> later = new CopyOnWriteArrayList<>();

  private final ScheduledExecutorService executor =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
          if (unit.toMillis(delay) >= 1000) {
            later.add(unit.toSeconds(delay));
          }
          return super.schedule(command, delay, unit);
        }
      };

  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger looksThatFail = new AtomicInteger();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private boolean isOptedIn = true;
  private boolean isUsed;
  private boolean namespacesCannotBeListed;
  private Clock clock = Clock.systemUTC();

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private RetentionController collector(RetentionController.Mode mode) {
    return new RetentionController(
        new OneUnusedVersion(),
        new RetentionController.Scope(new OneNamespace(), this::all),
        new RetentionPolicy(new RetentionSettings(0, 0, GRACE, Duration.ZERO)),
        new RetentionController.Schedule(mode, GRACE, SWEEP, 1_000_000),
        (object, severity, reason, message) ->
            told.add(
                object.path("kind").asText() + " " + KubernetesJson.name(object) + " " + reason),
        executor,
        clock);
  }

  private Collection<String> all() {
    if (namespacesCannotBeListed) {
      throw new ApiServerException(503, "no list");
    }
    return List.of("shop");
  }

  private final class OneNamespace implements ManagedNamespaces {
    @Override
    public Optional<ManagedNamespace> optedIn(String namespace) {
      return isOptedIn ? Optional.of(new ManagedNamespace(namespace, Map.of())) : Optional.empty();
    }
  }

  /** Marked long ago, and named by nobody. */
  private final class OneUnusedVersion implements VersionRepository {
    @Override
    public List<RetentionCandidate> all(String namespace) {
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
    public Set<String> namespaces() {
      return Set.of("shop");
    }

    @Override
    public void forEachUser(String namespace, Predicate<JsonNode> wantsMore) {
      if (looksThatFail.getAndDecrement() > 0) {
        throw new ApiServerException(503, "no list");
      }
      if (isUsed) {
        wantsMore.test(JsonNodeFactory.instance.objectNode().put("name", "app-config-v000"));
      }
    }

    @Override
    public boolean mark(RetentionCandidate version, Instant since) {
      throw new AssertionError("it has a mark");
    }

    @Override
    public void unmark(RetentionCandidate version) {
      assertThat(isUsed).isTrue();
    }

    @Override
    public boolean delete(RetentionCandidate version) {
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
    RetentionController collector = collector(RetentionController.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.deleted() == 1);
    assertThat(collector.failures()).isZero();
  }

  @Test
  void aLookThatFailsIsCountedAndDeletesNothingUntilOneSucceeds() {
    looksThatFail.set(2);
    RetentionController collector = collector(RetentionController.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.failures() == 2);
    await().until(() -> collector.deleted() == 1);
    assertThat(looks.get()).isEqualTo(3);
    assertThat(told).containsOnly("Namespace shop RetentionFailed").hasSize(2);
  }

  @Test
  void aSweepIsCountedWhenItHasComeToItsEnd() {
    RetentionController collector = collector(RetentionController.Mode.DELETE);
    assertThat(collector.sweeps()).isZero();
    collector.lead();
    await().until(() -> collector.sweeps() == 1);
    assertThat(collector.deleted()).isOne();
    assertThat(collector.lastSweep()).isPositive();
  }

  @Test
  void aSweepThatDoesNotKnowAllNamespacesIsNone() throws Exception {
    namespacesCannotBeListed = true;
    RetentionController collector = collector(RetentionController.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.failures() == 1);
    drain();
    assertThat(looks.get()).isZero();
    assertThat(collector.sweeps()).isZero();
  }

  @Test
  void aReportDeletesNothing() {
    RetentionController collector = collector(RetentionController.Mode.REPORT);
    collector.lead();
    await().until(() -> collector.reported() == 1);
    assertThat(collector.deleted()).isZero();
  }

  @Test
  void whereItIsOffNothingIsLookedAt() throws Exception {
    collector(RetentionController.Mode.OFF).lead();
    drain();
    assertThat(looks.get()).isZero();
  }

  @Test
  void whoeverLeadsNoMoreLooksAtNothing() throws Exception {
    RetentionController collector = collector(RetentionController.Mode.DELETE);
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
    collector(RetentionController.Mode.DELETE).lead();
    drain();
    assertThat(looks.get()).isZero();
  }

  private RetentionController afterOneSweepAtAFixedTime() {
    clock = Clock.fixed(Made.LONG_AGO.plus(Duration.ofDays(1)), ZoneOffset.UTC);
    RetentionController collector = collector(RetentionController.Mode.DELETE);
    collector.lead();
    await().until(() -> collector.sweeps() == 1);
    return collector;
  }

  @Test
  void whereAVersionIsNeededOneLookFollowsAllUsersThatGoWithinAGracePeriod() {
    isUsed = true;
    RetentionController collector = afterOneSweepAtAFixedTime();
    collector.userGone("shop");
    collector.userGone("shop");
    collector.userGone("another");
    assertThat(later).containsExactly(GRACE.toSeconds());
  }

  @Test
  void whereNoVersionWaitsForItsUsersTheirEndIsOfNoInterest() {
    RetentionController collector = afterOneSweepAtAFixedTime();
    assertThat(collector.deleted()).isOne();
    collector.userGone("shop");
    assertThat(later).isEmpty();
  }

  @Test
  void whatChangesInAHeadIsLookedAtSoonerThanWhatItsUsersDo() {
    isUsed = true;
    RetentionController collector = afterOneSweepAtAFixedTime();
    collector.userGone("shop");
    collector.touched("shop");
    collector.userGone("shop");
    assertThat(later).containsExactly(GRACE.toSeconds(), 5L);
  }
}
