package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.Choice;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.OptedIn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How long versions are kept.
 *
 * @param keepConfigMaps how many newest versions of a ConfigMap are kept, used or not
 * @param keepSecrets the same for Secrets
 * @param grace between the first sighting as unused and the delete; longer than any request takes
 * @param minimumAge below which nothing goes: a restore brings versions before workloads
 */
public record RetentionSettings(
    int keepConfigMaps, int keepSecrets, Duration grace, Duration minimumAge) {
  private static final int MOST = 10_000;
  private static final Map<String, Integer> NUMBERS =
      IntStream.rangeClosed(0, MOST)
          .boxed()
          .collect(Collectors.toMap(String::valueOf, Function.identity()));

  /**
   * How many newest versions of this head are kept, by its annotations, its namespace's or ours.
   */
  int keep(HeadKind kind, JsonNode head, OptedIn namespace) {
    return Choice.of(
            List.of(
                new Choice.Level(kind.kind(), Json.name(head), Json.annotations(head)),
                new Choice.Level("Namespace", namespace.name(), namespace.annotations())),
            List.of(Keys.KEEP_VERSIONS, Keys.SPINNAKER_MAX_HISTORY),
            NUMBERS,
            kind == HeadKind.CONFIG_MAP ? keepConfigMaps : keepSecrets)
        .value();
  }
}
