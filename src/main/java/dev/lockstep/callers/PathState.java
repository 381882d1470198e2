package dev.lockstep.callers;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What all replicas know of the paths; kept in a Secret.
 *
 * @param current what the configurations are to hold
 * @param since when it became that
 * @param next what will be current; served already
 * @param former what API servers may still call by, and until when
 */
record PathState(
    Optional<PathPrefix> current,
    Instant since,
    Optional<PathPrefix> next,
    Map<PathPrefix, Instant> former) {
  static final PathState NONE =
      new PathState(Optional.empty(), Instant.EPOCH, Optional.empty(), Map.of());

  PathState {
    former = Map.copyOf(former);
  }

  PathState with(PathPrefix following) {
    return new PathState(current, since, Optional.of(following), former);
  }

  /** The next is the current one from now on. */
  PathState promoted(Instant now, Instant formerUntil) {
    PathState before = current.map(old -> admitting(Map.of(old, formerUntil))).orElse(this);
    return new PathState(next, now, Optional.empty(), before.former);
  }

  /** Serves these, too, until then. */
  PathState admitting(Map<PathPrefix, Instant> more) {
    Map<PathPrefix, Instant> all = new LinkedHashMap<>(former);
    all.putAll(more);
    return new PathState(current, since, next, all);
  }

  PathState forgetting(Iterable<PathPrefix> gone) {
    Map<PathPrefix, Instant> left = new LinkedHashMap<>(former);
    gone.forEach(left::remove);
    return new PathState(current, since, next, left);
  }
}
