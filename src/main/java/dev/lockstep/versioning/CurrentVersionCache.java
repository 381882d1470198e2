package dev.lockstep.versioning;

import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The current version of heads as it was last known: good enough to guess what will be read next.
 * And the highest number that was seen on a persisted head, which counts when the head is deleted
 * and made again: what this server has forgotten, or never saw, is found in other ways.
 */
final class CurrentVersionCache {
  /** Some 200 bytes each. */
  private static final int MAX_HEADS = 10_000;

  private record Seen(VersionNumber current, Optional<VersionNumber> highest) {}

  private final Map<ObjectKey, Seen> heads =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ObjectKey, Seen> eldest) {
              return size() > MAX_HEADS;
            }
          });

  /** What will be current, if the API server persists what it was told. */
  void expect(ObjectKey head, VersionNumber number) {
    heads.merge(
        head,
        new Seen(number, Optional.empty()),
        (before, expected) -> new Seen(number, before.highest()));
  }

  /** The stamp of a persisted head. */
  void note(ObjectKey head, Stamp stamp) {
    Optional<VersionNumber> newest = Optional.of(stamp.newest());
    heads.merge(
        head,
        new Seen(stamp.version(), newest),
        (before, now) ->
            new Seen(stamp.version(), VersionAllocator.highest(before.highest(), newest)));
  }

  Optional<VersionNumber> of(ObjectKey head) {
    return Optional.ofNullable(heads.get(head)).map(Seen::current);
  }

  /** The highest number that a persisted head of this name is known to have had. */
  Optional<VersionNumber> highest(ObjectKey head) {
    return Optional.ofNullable(heads.get(head)).flatMap(Seen::highest);
  }
}
