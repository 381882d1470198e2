package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.reconcile.Announcements.Severity;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.Version;
import dev.lockstep.version.VersionNumber;
import dev.lockstep.version.VersionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells on a head what became of its versions. Whoever comes first makes a version, often an
 * admission; the leader alone tells, when it comes to the head.
 */
final class News {
  /** What is older was told, or is no news any more: a leader meets all heads when it begins. */
  private static final Duration NEW = Duration.ofMinutes(2);

  private final VersionStore store;
  private final Announcements announcements;
  private final Clock clock;
  private final Map<ObjectId, VersionNumber> known = new ConcurrentHashMap<>();

  News(VersionStore store, Announcements announcements, Clock clock) {
    this.store = store;
    this.announcements = announcements;
    this.clock = clock;
  }

  /** The version is there; told if it was made just now. */
  void isThere(ObjectId head, VersionNumber current) {
    if (current.equals(known.put(head, current))) {
      return;
    }
    ObjectId version = Version.id(head, current);
    if (store.get(version).filter(this::isNew).isPresent()) {
      tell(
          head,
          Severity.NORMAL,
          "VersionMade",
          "what it holds is kept as " + version.name() + ", for rollbacks");
    }
  }

  /** The version can't be made, by somebody's rule. */
  void isRefused(ObjectId head, ApiCallException refusal) {
    known.remove(head);
    tell(head, Severity.WARNING, "VersionRefused", refusal.discreet().getMessage());
  }

  void forget(ObjectId head) {
    known.remove(head);
  }

  private void tell(ObjectId head, Severity severity, String reason, String message) {
    store.get(head).ifPresent(object -> announcements.tell(object, severity, reason, message));
  }

  private boolean isNew(JsonNode version) {
    return created(version).filter(time -> time.isAfter(clock.instant().minus(NEW))).isPresent();
  }

  private static Optional<Instant> created(JsonNode object) {
    try {
      return Optional.of(Instant.parse(object.at("/metadata/creationTimestamp").asText()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
