package dev.lockstep.controller.workload;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Somebody's release of a workload, as its admission noted it: {@code 2026-01-01T00:00:00Z jane}.
 *
 * @param time by the API server's clock
 */
record Release(Instant time, String user) {

  static Optional<Release> parse(String text) {
    int space = text.indexOf(' ');
    if (space < 0 || space == text.length() - 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Release(Instant.parse(text.substring(0, space)), text.substring(space + 1)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
