package dev.lockstep.versioning;

import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The current version of heads as it was last known: good enough to guess what will be read next,
 * and never taken for an answer.
 */
final class CurrentVersionCache {
  /** Some 200 bytes each. */
  private static final int MAX_HEADS = 10_000;

  private final Map<ObjectKey, VersionNumber> current =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ObjectKey, VersionNumber> eldest) {
              return size() > MAX_HEADS;
            }
          });

  void note(ObjectKey head, VersionNumber number) {
    current.put(head, number);
  }

  Optional<VersionNumber> of(ObjectKey head) {
    return Optional.ofNullable(current.get(head));
  }
}
