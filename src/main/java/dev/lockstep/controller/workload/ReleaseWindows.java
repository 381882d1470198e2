package dev.lockstep.controller.workload;

import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.model.HeadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * What one user writes into a namespace one after the other is one release: a workload belongs to
 * it together with the heads that this user changes until {@link #GAP} passes without a write of
 * theirs, and no later than {@link #LONGEST} after the workload. Each head counts once: what
 * changes again belongs to the next release.
 *
 * <p>All of it is computed from what is persisted, so whoever leads comes to the same result.
 */
final class ReleaseWindows {
  static final Duration GAP = Duration.ofSeconds(60);
  static final Duration LONGEST = Duration.ofMinutes(5);

  /** How often a workload is moved; a head that changes more often is left to {@code auto}. */
  static final int MOVES = 3;

  /** The first move comes soon; a second one waits for a pause, as in a folder of many files. */
  private static final Duration FIRST = Duration.ofSeconds(2);

  private static final Duration SECOND = Duration.ofSeconds(5);

  /** After a time without a leader, what is older than this is no news to who released it. */
  private static final Duration TOO_LATE = Duration.ofMinutes(15);

  /** The times of each user's writes that are known, by the API server's clock. */
  private final Map<String, NavigableSet<Instant>> writes = new HashMap<>();

  private final Supplier<Map<HeadRef, List<MadeVersion>>> versions;

  private ReleaseWindows(Supplier<Map<HeadRef, List<MadeVersion>>> versions) {
    this.versions = versions;
  }

  /**
   * @param versions all that there are; asked for only where a first release may be moved
   */
  static ReleaseWindows of(
      Collection<CurrentHead> heads,
      Collection<WorkloadState> workloads,
      Supplier<Map<HeadRef, List<MadeVersion>>> versions) {
    ReleaseWindows windows = new ReleaseWindows(versions);
    for (CurrentHead head : heads) {
      if (head.changedBy().isPresent() && head.changed().isPresent()) {
        windows.note(head.changedBy().get(), head.changed().get());
      }
    }
    for (WorkloadState workload : workloads) {
      workload.release().ifPresent(release -> windows.note(release.user(), release.time()));
    }
    return windows;
  }

  private void note(String user, Instant time) {
    writes.computeIfAbsent(user, name -> new TreeSet<>()).add(time);
  }

  /** Until when a change by the same user belongs to this release, as far as it is known now. */
  Instant closes(Release release) {
    Instant last = release.time();
    for (Instant write :
        writes.getOrDefault(release.user(), new TreeSet<>()).tailSet(release.time(), false)) {
      if (write.isAfter(last.plus(GAP))) {
        break;
      }
      last = write;
    }
    Instant end = last.plus(GAP);
    Instant latest = release.time().plus(LONGEST);
    return end.isBefore(latest) ? end : latest;
  }

  /**
   * The heads that changed within the window of a workload's release.
   *
   * @param behind heads that the workload is bound to an older version of
   */
  SortedSet<HeadRef> changedWithin(
      WorkloadState workload, SortedSet<HeadRef> behind, Map<HeadRef, CurrentHead> heads) {
    SortedSet<HeadRef> within = new TreeSet<>();
    Optional<Release> release = workload.release();
    if (release.isPresent() && workload.windowMoves() < MOVES) {
      for (HeadRef head : behind) {
        if (isWithin(release.get(), CurrentHead.in(heads, head)) && !hasBrought(workload, head)) {
          within.add(head);
        }
      }
    }
    return within;
  }

  /**
   * Whether the release has brought a version of this head already. Two changes of one head are two
   * releases: the second one belongs to a workload that is still to come, and must not reach the
   * code of the first.
   */
  private boolean hasBrought(WorkloadState workload, HeadRef head) {
    return workload.releaseHeads().contains(head)
        || workload.isFirstRelease() && isBroughtByFirst(workload, head);
  }

  private boolean isBroughtByFirst(WorkloadState workload, HeadRef head) {
    Release release = workload.release().orElseThrow();
    return versions.get().getOrDefault(head, List.of()).stream()
        .filter(version -> workload.bound().of(head).filter(version.number()::equals).isPresent())
        .filter(version -> version.changedBy().filter(release.user()::equals).isPresent())
        .anyMatch(version -> version.made().isAfter(release.time().minus(GAP)));
  }

  private boolean isWithin(Release release, CurrentHead head) {
    return head.changedBy().filter(release.user()::equals).isPresent()
        && head.changed()
            .filter(time -> !time.isBefore(release.time()) && !time.isAfter(closes(release)))
            .isPresent();
  }

  /**
   * When a workload is moved: the last of its moves comes when the window has closed, so that
   * nothing of the release is left behind, however long it took.
   *
   * @param changed when the last of its heads changed
   * @return empty where it is too late for that
   */
  Optional<Instant> due(WorkloadState workload, Instant changed, Instant now) {
    Release release = workload.release().orElseThrow();
    if (now.isAfter(release.time().plus(TOO_LATE))) {
      return Optional.empty();
    }
    return Optional.of(
        switch (workload.windowMoves()) {
          case 0 -> changed.plus(FIRST);
          case 1 -> changed.plus(SECOND);
          default -> closes(release);
        });
  }
}
