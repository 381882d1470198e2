package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.atomic.AtomicLong;

/** The newest resourceVersion that an answer of the API server had; they are numbers that grow. */
final class NewestSeen {
  private static final long UNKNOWN = -1;

  private final AtomicLong newest = new AtomicLong(UNKNOWN);

  void note(JsonNode answer) {
    long seen = number(answer.path("metadata").path("resourceVersion").asText(""));
    newest.accumulateAndGet(seen, Math::max);
  }

  /** False, too, for what is no number. */
  boolean covers(String resourceVersion) {
    long asked = number(resourceVersion);
    return asked != UNKNOWN && asked <= newest.get();
  }

  private static long number(String text) {
    try {
      return Math.max(UNKNOWN, Long.parseLong(text));
    } catch (NumberFormatException e) {
      return UNKNOWN;
    }
  }
}
