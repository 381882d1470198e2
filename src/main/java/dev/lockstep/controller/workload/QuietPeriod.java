package dev.lockstep.controller.workload;

import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.model.HeadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When a workload follows by itself: its heads have not changed for a while, so that several
 * changes are one rollout. A head that never rests puts it off by no more than {@link #AT_MOST}
 * times that.
 */
final class QuietPeriod {
  private static final int AT_MOST = 6;

  private final Duration quiet;

  /** Since when each workload is known to be behind, by namespace and uid. */
  private final Map<String, Map<String, Instant>> behindSince = new ConcurrentHashMap<>();

  QuietPeriod(Duration quiet) {
    this.quiet = quiet;
  }

  /**
   * @param heads those that the workload is bound to
   */
  Instant due(
      WorkloadState workload, Set<HeadRef> heads, Map<HeadRef, CurrentHead> current, Instant now) {
    Instant calm = lastChange(heads, current).plus(quiet);
    Instant latest =
        behindSince
            .computeIfAbsent(workload.namespace(), name -> new ConcurrentHashMap<>())
            .computeIfAbsent(workload.uid(), uid -> now)
            .plus(quiet.multipliedBy(AT_MOST));
    return calm.isBefore(latest) ? calm : latest;
  }

  static Instant lastChange(Set<HeadRef> heads, Map<HeadRef, CurrentHead> current) {
    return heads.stream()
        .map(current::get)
        .filter(head -> head != null)
        .flatMap(head -> head.changed().stream())
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  /** After a look at a namespace: the others follow nothing any more, or are gone. */
  void keepOnly(String namespace, Collection<String> uids) {
    Map<String, Instant> since = behindSince.get(namespace);
    if (since != null) {
      since.keySet().retainAll(uids);
      if (since.isEmpty()) {
        behindSince.remove(namespace);
      }
    }
  }

  void moved(WorkloadState workload) {
    Map<String, Instant> since = behindSince.get(workload.namespace());
    if (since != null) {
      since.remove(workload.uid());
    }
  }

  void clear() {
    behindSince.clear();
  }
}
