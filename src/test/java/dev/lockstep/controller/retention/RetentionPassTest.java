package dev.lockstep.controller.retention;

import static dev.lockstep.retention.Made.head;
import static dev.lockstep.retention.Made.markedVersion;
import static dev.lockstep.retention.Made.ref;
import static dev.lockstep.retention.Made.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.retention.Made;
import dev.lockstep.retention.RetentionCandidate;
import dev.lockstep.retention.RetentionPolicy;
import dev.lockstep.retention.RetentionSettings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class RetentionPassTest {
  private static final Instant NOW = Made.LONG_AGO.plus(Duration.ofDays(1));
  private static final ManagedNamespace SHOP = new ManagedNamespace("shop", Map.of());

  private final Namespace namespace = new Namespace();
  private final RetentionPass sweep = sweep(RetentionPass.Mode.DELETE);

  private RetentionPass sweep(RetentionPass.Mode mode) {
    RetentionSettings settings =
        new RetentionSettings(1, 1, Duration.ofMinutes(2), Duration.ofHours(1));
    return new RetentionPass(
        namespace,
        new RetentionPolicy(settings),
        mode,
        new RateLimiter(1_000_000),
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** What a namespace holds, and what was done to it. */
  private static final class Namespace implements VersionRepository {
    final List<RetentionCandidate> versions = new ArrayList<>();
    final Map<HeadRef, JsonNode> heads = new HashMap<>();
    final List<JsonNode> users = new ArrayList<>();
    final List<String> done = new ArrayList<>();
    boolean headIsThere;
    boolean changesMeanwhile;
    boolean usersCannotBeListed;

    @Override
    public List<RetentionCandidate> all(String name) {
      return versions;
    }

    @Override
    public Map<HeadRef, JsonNode> heads(String name) {
      return heads;
    }

    @Override
    public boolean exists(HeadRef head, String name) {
      return headIsThere;
    }

    @Override
    public Set<String> namespaces() {
      throw new AssertionError("one namespace knows of no others");
    }

    @Override
    public void forEachUser(String name, Predicate<JsonNode> wantsMore) {
      done.add("list");
      if (!users.stream().allMatch(wantsMore)) {
        done.add("enough");
        return;
      }
      if (usersCannotBeListed) {
        throw new ApiServerException(500, "no list");
      }
    }

    @Override
    public boolean mark(RetentionCandidate version, Instant since) {
      assertThat(since).isEqualTo(NOW);
      return changed("mark", version);
    }

    @Override
    public void unmark(RetentionCandidate version) {
      changed("unmark", version);
    }

    @Override
    public boolean delete(RetentionCandidate version) {
      return changed("delete", version);
    }

    private boolean changed(String what, RetentionCandidate version) {
      done.add(what + " " + version.name());
      return !changesMeanwhile;
    }
  }

  private void oldAndCurrent(RetentionCandidate old) {
    namespace.versions.add(old);
    namespace.versions.add(version("app-config-v001"));
    namespace.heads.put(ref("app-config"), head("app-config", "v001", Map.of()));
  }

  private static RetentionCandidate markedLongAgo() {
    return markedVersion("app-config-v000", NOW.minus(Duration.ofMinutes(3)));
  }

  private static ObjectNode user(String version) {
    return JsonNodeFactory.instance.objectNode().put("name", version);
  }

  private static ObjectNode leavingUser(String version) {
    ObjectNode user = user(version);
    user.putObject("metadata").put("deletionTimestamp", NOW.toString());
    return user;
  }

  @Test
  void aNamespaceWithoutVersionsCostsOneLook() {
    assertThat(sweep.sweep(SHOP, Instant.MIN)).isEqualTo(RetentionPass.Outcome.NOTHING);
    assertThat(namespace.done).isEmpty();
  }

  @Test
  void usersAreNotListedWhereNothingCouldGo() {
    namespace.versions.add(version("app-config-v001"));
    namespace.heads.put(ref("app-config"), head("app-config", "v001", Map.of()));
    assertThat(sweep.sweep(SHOP, Instant.MIN)).isEqualTo(RetentionPass.Outcome.NOTHING);
    assertThat(namespace.done).isEmpty();
  }

  @Test
  void anUnusedVersionIsMarkedAndLookedAtAgain() {
    oldAndCurrent(version("app-config-v000"));
    assertThat(sweep.sweep(SHOP, Instant.MIN).isMarked()).isTrue();
    assertThat(namespace.done).containsExactly("list", "mark app-config-v000");
    assertThat(sweep.deleted()).isZero();
  }

  @Test
  void whatCannotBeMarkedAsksForNoOtherLook() {
    oldAndCurrent(version("app-config-v000"));
    namespace.changesMeanwhile = true;
    assertThat(sweep.sweep(SHOP, Instant.MIN).isMarked()).isFalse();
  }

  @Test
  void aVersionWhoseTimeHasNotComeIsLookedAtAgain() {
    oldAndCurrent(markedVersion("app-config-v000", NOW.minus(Duration.ofMinutes(1))));
    assertThat(sweep.sweep(SHOP, Instant.MIN).isMarked()).isTrue();
    assertThat(namespace.done).containsExactly("list");
  }

  @Test
  void aVersionThatWasUnusedThroughTheGracePeriodIsDeletedAfterALookAtAllUsers() {
    oldAndCurrent(markedLongAgo());
    assertThat(sweep.sweep(SHOP, Instant.MIN).isMarked()).isFalse();
    assertThat(namespace.done).containsExactly("list", "delete app-config-v000");
    assertThat(sweep.deleted()).isOne();
  }

  @Test
  void whatChangedSinceItWasReadCountsAsNotDeleted() {
    oldAndCurrent(markedLongAgo());
    namespace.changesMeanwhile = true;
    sweep.sweep(SHOP, Instant.MIN);
    assertThat(sweep.deleted()).isZero();
  }

  @Test
  void aVersionThatIsNamedAgainLosesItsMark() {
    oldAndCurrent(markedLongAgo());
    namespace.users.add(user("app-config-v000"));
    assertThat(sweep.sweep(SHOP, Instant.MIN))
        .isEqualTo(new RetentionPass.Outcome(false, false, true));
    assertThat(namespace.done).containsExactly("list", "enough", "unmark app-config-v000");
  }

  @Test
  void noMoreUsersAreReadThanItTakesToKnowThatEachIsNeeded() {
    oldAndCurrent(version("app-config-v000"));
    namespace.users.add(user("another"));
    namespace.users.add(user("app-config-v000"));
    namespace.users.add(leavingUser("app-config-v000"));
    assertThat(sweep.sweep(SHOP, Instant.MIN))
        .isEqualTo(new RetentionPass.Outcome(false, false, true));
    assertThat(namespace.done).containsExactly("list", "enough");
  }

  @Test
  void whatIsOnItsWayOutKeepsWhatItNamesUntilItIsGone() {
    oldAndCurrent(markedLongAgo());
    namespace.users.add(leavingUser("app-config-v000"));
    assertThat(sweep.sweep(SHOP, Instant.MIN))
        .isEqualTo(new RetentionPass.Outcome(false, true, false));
    assertThat(namespace.done).containsExactly("list", "unmark app-config-v000");
  }

  @Test
  void aReportTakesNoMarkOff() {
    oldAndCurrent(markedLongAgo());
    namespace.users.add(user("app-config-v000"));
    sweep(RetentionPass.Mode.REPORT).sweep(SHOP, Instant.MIN);
    assertThat(namespace.done).containsExactly("list", "enough");
  }

  @Test
  void aListThatFailsLetsNothingBeDone() {
    oldAndCurrent(markedLongAgo());
    namespace.usersCannotBeListed = true;
    assertThatExceptionOfType(ApiServerException.class)
        .isThrownBy(() -> sweep.sweep(SHOP, Instant.MIN));
    assertThat(namespace.done).containsExactly("list");
    assertThat(sweep.deleted()).isZero();
  }

  @Test
  void theLastVersionOfADeletedHeadGoes() {
    namespace.versions.add(markedLongAgo());
    sweep.sweep(SHOP, Instant.MIN);
    assertThat(namespace.done).containsExactly("list", "delete app-config-v000");
  }

  @Test
  void theLastVersionOfAHeadThatIsOnlyLeftOutStays() {
    namespace.versions.add(version("app-config-v000"));
    namespace.headIsThere = true;
    sweep.sweep(SHOP, Instant.MIN);
    assertThat(namespace.done).isEmpty();
  }

  @Test
  void aReportOnlyTellsAndTellsOnce() {
    RetentionPass report = sweep(RetentionPass.Mode.REPORT);
    oldAndCurrent(version("app-config-v000"));

    assertThat(report.sweep(SHOP, Instant.MIN).isMarked()).isFalse();
    assertThat(report.sweep(SHOP, Instant.MIN).isMarked()).isFalse();

    assertThat(namespace.done).containsOnly("list");
    assertThat(report.reported()).isOne();
    assertThat(report.deleted()).isZero();
  }

  @Test
  void aReportTellsOfWhatWasMarkedBeforeAndTouchesItNot() {
    RetentionPass report = sweep(RetentionPass.Mode.REPORT);
    oldAndCurrent(markedLongAgo());
    report.sweep(SHOP, Instant.MIN);
    assertThat(namespace.done).containsExactly("list");
    assertThat(report.reported()).isOne();
  }
}
