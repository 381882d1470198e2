package dev.lockstep.controller.head;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.queue.LeaderTasks;
import dev.lockstep.controller.queue.RateLimitingQueue;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes the current version of each head right after the head was persisted, and stamps what was
 * written past the webhook. Only the leader does; requests need none.
 */
public final class HeadController {
  /** An object that is this much older than its version was there before it was taken in. */
  private static final Duration TAKEN_IN_LATER = Duration.ofSeconds(10);

  private final VersionStore store;
  private final VersionResolver versions;
  private final ManagedNamespaces namespaces;
  private final Predicate<String> wasOptedIn;
  private final Consumer<String> takenIn;
  private final HeadEvents events;
  private final LeaderTasks tasks;
  private final RateLimitingQueue<ObjectKey> heads;

  /** Heads that have appeared and were not seen to since. */
  private final Set<ObjectKey> added = ConcurrentHashMap.newKeySet();

  /**
   * @param wasOptedIn whether this server has seen a namespace opted in
   * @param takenIn told of a namespace in which something was written past the webhooks, or was
   *     there before it became a head
   * @param executor runs what somebody waits for
   */
  public HeadController(
      VersionStore store,
      VersionResolver versions,
      ManagedNamespaces namespaces,
      Predicate<String> wasOptedIn,
      Consumer<String> takenIn,
      EventRecorder recorder,
      LeaderTasks tasks,
      ScheduledExecutorService executor,
      Clock clock) {
    this.store = store;
    this.versions = versions;
    this.namespaces = namespaces;
    this.wasOptedIn = wasOptedIn;
    this.takenIn = takenIn;
    this.events = new HeadEvents(store, recorder, clock);
    this.tasks = tasks;
    this.heads = new RateLimitingQueue<>(executor, this::reconcile);
  }

  public void added(ObjectKey head) {
    if (tasks.isLeading()) {
      added.add(head);
      heads.add(head);
    }
  }

  public void changed(ObjectKey head) {
    if (tasks.isLeading()) {
      heads.add(head);
    }
  }

  public void gone(ObjectKey head) {
    added.remove(head);
    events.forget(head);
  }

  public void stopLeading() {
    heads.clear();
    added.clear();
  }

  /** How many heads failed last time, and are tried again. */
  public int failing() {
    return heads.failing();
  }

  private boolean reconcile(ObjectKey head) {
    return tasks.attempt(LogContext.object(head), head, () -> seeTo(head));
  }

  private void seeTo(ObjectKey head) {
    Optional<ManagedNamespace> namespace = namespaces.optedIn(head.namespace());
    if (namespace.isEmpty()) {
      leaveAlone(head);
      return;
    }
    Optional<JsonNode> before = store.get(head);
    try {
      VersionResolver.Upkeep outcome = versions.keepCurrent(head, namespace.get());
      if (outcome instanceof VersionResolver.Upkeep.Kept kept) {
        events.isThere(head, kept.current());
        boolean isNew = added.remove(head);
        if (wasWrittenUnseen(before, kept.current())
            || (isNew && wasThereBefore(head, before, kept.current()))) {
          takenIn.accept(head.namespace());
        }
      } else if (outcome instanceof VersionResolver.Upkeep.TooFast) {
        events.isTooFast(head);
      }
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        events.isRefused(head, e);
      }
      throw e;
    }
  }

  /** Its admission would have stamped it. */
  private static boolean wasWrittenUnseen(Optional<JsonNode> before, VersionNumber current) {
    return before.isPresent()
        && Stamp.of(before.get()).map(Stamp::version).filter(current::equals).isEmpty();
  }

  /** An annotation left it out, or its namespace did. */
  private boolean wasThereBefore(ObjectKey head, Optional<JsonNode> object, VersionNumber current) {
    Optional<Instant> created = object.flatMap(KubernetesJson::created);
    return created.isPresent()
        && store
            .get(Version.id(head, current))
            .flatMap(KubernetesJson::created)
            .filter(made -> made.isAfter(created.get().plus(TAKEN_IN_LATER)))
            .isPresent();
  }

  /**
   * Its namespace is not opted in. Somebody may have copied it from one that is, with all its
   * labels, and may put them back each time.
   */
  private void leaveAlone(ObjectKey head) {
    added.remove(head);
    if (wasOptedIn.test(head.namespace()) && store.get(head).filter(Stamp::isHead).isPresent()) {
      store.unstamp(head);
    }
  }
}
