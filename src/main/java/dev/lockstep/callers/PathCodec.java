package dev.lockstep.callers;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a {@link PathState} is written: a text each, {@code former} with a line for each path. */
final class PathCodec {
  private static final String CURRENT = "current";
  private static final String SINCE = "since";
  private static final String NEXT = "next";
  private static final String FORMER = "former";

  private PathCodec() {}

  static Map<String, String> write(PathState state) {
    return Map.of(
        CURRENT, state.current().map(PathPrefix::text).orElse(""),
        SINCE, state.since().toString(),
        NEXT, state.next().map(PathPrefix::text).orElse(""),
        FORMER,
            state.former().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().text() + "\n")
                .collect(Collectors.joining()));
  }

  /** {@link PathState#NONE} if that is not what was written: paths are made anew then. */
  static PathState read(Map<String, String> texts) {
    try {
      Map<PathPrefix, Instant> former = new LinkedHashMap<>();
      texts.getOrDefault(FORMER, "").lines().forEach(line -> former(line, former));
      return new PathState(
          secret(texts.getOrDefault(CURRENT, "")),
          Instant.parse(texts.getOrDefault(SINCE, "")),
          secret(texts.getOrDefault(NEXT, "")),
          former);
    } catch (DateTimeException e) {
      return PathState.NONE;
    }
  }

  private static void former(String line, Map<PathPrefix, Instant> former) {
    String[] parts = line.split(" ", 2);
    Instant until = Instant.parse(parts[0]);
    PathPrefix.parse(parts.length == 2 ? parts[1] : "")
        .ifPresent(prefix -> former.put(prefix, until));
  }

  private static Optional<PathPrefix> secret(String text) {
    return PathPrefix.parse(text).filter(PathPrefix::isSecret);
  }
}
