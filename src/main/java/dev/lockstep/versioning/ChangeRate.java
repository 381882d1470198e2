package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Tells heads that change faster than anybody could roll out: a program's state record, or somebody
 * who wants to fill the namespace. Of those a version is made only when somebody is about to be
 * bound to it. The versions that Lockstep has made decide, so all replicas come to the same; they
 * are only listed where this replica has seen several changes itself.
 */
final class ChangeRate {
  private static final Duration WINDOW = Duration.ofHours(1);

  /** Up to so many changes within the window nothing is listed. */
  private static final int UNSUSPICIOUS = 10;

  private static final int MAX_HEADS = 10_000;

  private record Changes(Instant since, int count) {}

  private final VersionSettings settings;
  private final Map<ObjectKey, Changes> seen =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<ObjectKey, Changes> eldest) {
              return size() > MAX_HEADS;
            }
          });

  ChangeRate(VersionSettings settings) {
    this.settings = settings;
  }

  /**
   * To be called when a version of the head would be made that nobody has asked for.
   *
   * @param versions metadata of the head's versions
   * @return whether it must not be made
   */
  boolean isTooFast(ObjectKey head, Supplier<List<JsonNode>> versions) {
    Instant now = settings.clock().instant();
    int changes =
        seen.merge(
                head,
                new Changes(now, 1),
                (before, one) ->
                    before.since().plus(WINDOW).isBefore(now)
                        ? one
                        : new Changes(before.since(), before.count() + 1))
            .count();
    return changes > Math.min(UNSUSPICIOUS, settings.maxVersions())
        && versions.get().stream()
                .filter(Version::isMadeByLockstep)
                .filter(
                    version ->
                        KubernetesJson.created(version)
                            .filter(created -> created.plus(WINDOW).isAfter(now))
                            .isPresent())
                .count()
            >= settings.maxVersions();
  }
}
