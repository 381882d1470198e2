package dev.lockstep.controller.workload;

import dev.lockstep.binding.Rollout;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.namespace.OptInTimes.OptIn;
import dev.lockstep.model.HeadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whether and when a workload is bound anew without a request. What comes first counts: what it
 * waited for, {@code pinned}, held, the window of its release, {@code auto}.
 */
final class RebindPolicy {
  /** Several heads that come together are one move. Times are to the second. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private final QuietPeriod quietPeriod;

  RebindPolicy(QuietPeriod quietPeriod) {
    this.quietPeriod = quietPeriod;
  }

  /**
   * What the decision is made on, besides the workload.
   *
   * @param optIn since when its namespace is opted in and the webhooks are there; what changed
   *     before is no news
   */
  record Surroundings(
      Map<HeadRef, CurrentHead> heads, ReleaseWindows windows, OptIn optIn, Instant now) {}

  Optional<Rebind> decide(WorkloadState workload, Rollout rollout, Surroundings around) {
    if (workload.isSteppedBack()) {
      return Optional.empty();
    }
    SortedSet<HeadRef> arrived = workload.arrived(around.heads());
    if (!arrived.isEmpty()) {
      return Optional.of(
          new Rebind(
              Rebind.Reason.ARRIVED,
              arrived,
              QuietPeriod.lastChange(arrived, around.heads()).plus(SETTLE)));
    }
    if (rollout == Rollout.PINNED) {
      return Optional.empty();
    }
    SortedSet<HeadRef> behind = workload.behind(around.heads());
    if (workload.followsAtOnce()) {
      return behind.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Rebind(
                  Rebind.Reason.AT_ONCE,
                  behind,
                  QuietPeriod.lastChange(behind, around.heads()).plus(SETTLE)));
    }
    Optional<Rebind> window = withinWindow(workload, behind, around);
    Optional<Rebind> auto =
        rollout == Rollout.AUTO ? following(workload, behind, around) : Optional.empty();
    return window.map(release -> auto.map(release::noLaterThan).orElse(release)).or(() -> auto);
  }

  private static Optional<Rebind> withinWindow(
      WorkloadState workload, SortedSet<HeadRef> behind, Surroundings around) {
    SortedSet<HeadRef> within =
        workload.isHeld()
            ? new TreeSet<>()
            : around.windows().changedWithin(workload, behind, around.heads());
    return within.isEmpty()
        ? Optional.empty()
        : around
            .windows()
            .due(workload, QuietPeriod.lastChange(within, around.heads()), around.now())
            .map(due -> new Rebind(Rebind.Reason.WINDOW, within, due));
  }

  private Optional<Rebind> following(
      WorkloadState workload, SortedSet<HeadRef> behind, Surroundings around) {
    SortedSet<HeadRef> moving = new TreeSet<>(behind);
    moving.addAll(changedSinceWritten(workload, around));
    if (moving.isEmpty()) {
      return Optional.empty();
    }
    SortedSet<HeadRef> all = new TreeSet<>(workload.bound().versions().keySet());
    all.addAll(moving);
    return Optional.of(
        new Rebind(
            Rebind.Reason.AUTO,
            moving,
            quietPeriod.due(workload, all, around.heads(), around.now())));
  }

  /** What a workload that is not bound yet would read otherwise if it were written now. */
  private static SortedSet<HeadRef> changedSinceWritten(
      WorkloadState workload, Surroundings around) {
    SortedSet<HeadRef> changed = new TreeSet<>();
    if (!workload.isHeld()) {
      Instant written = workload.written().orElse(Instant.MAX);
      Instant takenIn = around.optIn().takenIn();
      Instant since = written.isAfter(takenIn) ? written : takenIn;
      for (HeadRef head : workload.bareHeads(around.heads())) {
        CurrentHead.in(around.heads(), head)
            .changed()
            .filter(since::isBefore)
            .ifPresent(t -> changed.add(head));
      }
    }
    return changed;
  }
}
