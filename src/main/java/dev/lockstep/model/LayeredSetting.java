package dev.lockstep.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A setting found by precedence: the object's annotations, then the namespace's, then the default.
 * A value that is not known counts as absent, and is told.
 *
 * @param value what counts
 * @param warnings one for each unknown value that was met
 */
public record LayeredSetting<T>(T value, List<String> warnings) {

  /** Annotations of one level, and what to call their owner in a warning. */
  public record Level(String kind, String name, Map<String, String> annotations) {}

  /**
   * @param keys annotation keys, the first that holds a known value counts within a level
   * @param known values by their spelling
   */
  public static <T> LayeredSetting<T> of(
      List<Level> levels, List<String> keys, Map<String, T> known, T fallback) {
    List<String> warnings = new ArrayList<>();
    for (Level level : levels) {
      for (String key : keys) {
        Optional<String> spelled = Optional.ofNullable(level.annotations().get(key));
        if (spelled.isPresent() && known.containsKey(spelled.get())) {
          return new LayeredSetting<>(known.get(spelled.get()), warnings);
        }
        spelled.ifPresent(
            value ->
                warnings.add(
                    Warnings.warning(
                        level.kind(),
                        level.name(),
                        key + " has an unknown value",
                        "use " + String.join(", ", new TreeSet<>(known.keySet())))));
      }
    }
    return new LayeredSetting<>(fallback, warnings);
  }
}
