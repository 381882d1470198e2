package dev.lockstep.controller.head;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.EventRecorder.Severity;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionStore;
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
final class HeadEvents {
  /** What is older was told, or is no news any more: a leader meets all heads when it begins. */
  private static final Duration NEW = Duration.ofMinutes(2);

  private final VersionStore store;
  private final EventRecorder announcements;
  private final Clock clock;
  private final Map<ObjectKey, VersionNumber> known = new ConcurrentHashMap<>();

  HeadEvents(VersionStore store, EventRecorder announcements, Clock clock) {
    this.store = store;
    this.announcements = announcements;
    this.clock = clock;
  }

  /** The version is there; told if it was made just now. */
  void isThere(ObjectKey head, VersionNumber current) {
    if (current.equals(known.put(head, current))) {
      return;
    }
    ObjectKey version = Version.id(head, current);
    if (store.get(version).filter(this::isNew).isPresent()) {
      tell(
          head,
          Severity.NORMAL,
          "VersionMade",
          "what it holds is kept as " + version.name() + ", for rollbacks");
    }
  }

  /** The version can't be made, by somebody's rule. */
  void isRefused(ObjectKey head, ApiServerException refusal) {
    known.remove(head);
    tell(head, Severity.WARNING, "VersionRefused", refusal.discreet().getMessage());
  }

  void forget(ObjectKey head) {
    known.remove(head);
  }

  private void tell(ObjectKey head, Severity severity, String reason, String message) {
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
