package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.ManagedNamespace;
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
  int keep(HeadKind kind, JsonNode head, ManagedNamespace namespace) {
    return LayeredSetting.of(
            List.of(
                new LayeredSetting.Level(
                    kind.kind(), KubernetesJson.name(head), KubernetesJson.annotations(head)),
                new LayeredSetting.Level("Namespace", namespace.name(), namespace.annotations())),
            List.of(Annotations.KEEP_VERSIONS, Annotations.SPINNAKER_MAX_HISTORY),
            NUMBERS,
            kind == HeadKind.CONFIG_MAP ? keepConfigMaps : keepSecrets)
        .value();
  }
}
