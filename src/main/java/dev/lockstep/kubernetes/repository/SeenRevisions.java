package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the API server's store is known to be. A review may name any resourceVersion, and a list
 * that is to be no older than one that is yet to come waits until its time is over.
 */
final class SeenRevisions {
  private final AtomicLong highest = new AtomicLong();

  /** Notes an object that was read. */
  JsonNode noted(JsonNode object) {
    long version = parse(object.at("/metadata/resourceVersion").asText());
    highest.accumulateAndGet(version, Math::max);
    return object;
  }

  /** Whether something as new as this has been read. */
  boolean covers(String resourceVersion) {
    long version = parse(resourceVersion);
    return version > 0 && version <= highest.get();
  }

  /** Zero for what can't be compared. */
  private static long parse(String resourceVersion) {
    return resourceVersion.matches("[0-9]{1,18}") ? Long.parseLong(resourceVersion) : 0;
  }
}
