package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.queue.BoundedMap;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.controller.revision.InBetweenRevisions;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.Content;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Binds one workload anew. A wave of hundreds takes its time, and somebody may pull the brake
 * meanwhile, so everything is read again when it is this one's turn, decided again, and written
 * only if it is still so.
 */
final class Rebinder {
  /** Somebody else writes just now: after that it is left to the next look. */
  private static final int ATTEMPTS = 3;

  private static final int REMEMBERED = 10_000;

  private final RebindPolicy policy;
  private final ManagedNamespaces namespaces;
  private final WorkloadSettings settings;
  private final WorkloadRepository workloads;
  private final VersionResolver versions;
  private final InBetweenRevisions inBetween;
  private final WorkloadEvents events;
  private final RateLimiter rateLimiter;
  private final Clock clock;

  /** Re-binds that changed nothing, by workload, with what they were to reach; not tried again. */
  private final BoundedMap<String, String> futile = new BoundedMap<>(REMEMBERED);

  /**
   * @param namespaces as they are at this moment
   */
  Rebinder(
      RebindPolicy policy,
      ManagedNamespaces namespaces,
      WorkloadSettings settings,
      WorkloadRepository workloads,
      VersionResolver versions,
      InBetweenRevisions inBetween,
      WorkloadEvents events,
      RateLimiter rateLimiter,
      Clock clock) {
    this.policy = policy;
    this.namespaces = namespaces;
    this.settings = settings;
    this.workloads = workloads;
    this.versions = versions;
    this.inBetween = inBetween;
    this.events = events;
    this.rateLimiter = rateLimiter;
    this.clock = clock;
  }

  /**
   * Whether this was tried already, in vain.
   *
   * @param heads as they are now
   */
  boolean isFutile(WorkloadState workload, Rebind rebind, Map<HeadRef, CurrentHead> heads) {
    return futile.get(workload.uid()).filter(goal(rebind.heads(), heads)::equals).isPresent();
  }

  /**
   * @param found the workload as the look at its namespace found it, and all else that it found
   * @return whether it was bound anew
   */
  boolean rebind(WorkloadState found, Rebind planned, RebindPolicy.Surroundings around) {
    rateLimiter.await();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<ManagedNamespace> namespace = namespaces.optedIn(found.namespace());
      Optional<WorkloadState> workload =
          workloads
              .find(found.kind(), found.namespace(), found.name())
              .map(object -> WorkloadState.of(found.kind(), object))
              .map(state -> state.optedIn(around.optIn().labelled()));
      if (namespace.isEmpty()
          || workload.isEmpty()
          || !isOurs(settings, workload.get(), namespace.get())) {
        return false;
      }
      Map<HeadRef, Content> contents = new HashMap<>();
      RebindPolicy.Surroundings now =
          new RebindPolicy.Surroundings(
              live(planned.heads(), namespace.get(), around.heads(), contents),
              around.windows(),
              around.optIn(),
              clock.instant());
      Optional<Rebind> still =
          policy
              .decide(
                  workload.get(),
                  settings.rollout(found.kind(), workload.get().object(), namespace.get()).value(),
                  now)
              .filter(rebind -> rebind.isDue(now.now()))
              .flatMap(rebind -> withKeys(workload.get(), rebind, contents));
      if (still.isEmpty() || isFutile(workload.get(), still.get(), now.heads())) {
        return false;
      }
      Optional<Boolean> done = write(workload.get(), still.get(), now);
      if (done.isPresent()) {
        return done.get();
      }
    }
    return false;
  }

  static boolean isOurs(
      WorkloadSettings settings, WorkloadState workload, ManagedNamespace namespace) {
    return !workload.kind().isDerived(workload.object())
        && settings.versioned(workload.kind(), workload.object(), namespace).value();
  }

  /** The heads that matter as they are at this moment; their versions are made sure of. */
  private Map<HeadRef, CurrentHead> live(
      Set<HeadRef> heads,
      ManagedNamespace namespace,
      Map<HeadRef, CurrentHead> known,
      Map<HeadRef, Content> contents) {
    Map<HeadRef, CurrentHead> live = new HashMap<>(known);
    for (HeadRef head : heads) {
      if (versions.resolve(head.in(namespace.name()), namespace, false)
          instanceof Resolution.OfHead current) {
        live.computeIfPresent(head, (ref, before) -> before.at(current.current()));
        contents.put(head, current.content());
      } else {
        live.remove(head);
      }
    }
    return live;
  }

  /** What would leave pods without a key that they need stays where it is. */
  private Optional<Rebind> withKeys(
      WorkloadState workload, Rebind rebind, Map<HeadRef, Content> contents) {
    SortedSet<HeadRef> heads = new TreeSet<>(rebind.heads());
    NeededKeys.missing(workload, contents)
        .forEach(
            (head, keys) -> {
              if (heads.remove(head) && rebind.reason() != Rebind.Reason.ARRIVED) {
                events.lacksKey(workload, head, keys);
              }
            });
    return heads.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rebind(rebind.reason(), heads, rebind.due()));
  }

  /** Empty if the workload has changed meanwhile. */
  private Optional<Boolean> write(
      WorkloadState workload, Rebind rebind, RebindPolicy.Surroundings around) {
    String goal = goal(rebind.heads(), around.heads());
    try {
      if (leavesRevisionInBetween(workload, rebind, around)) {
        inBetween.mark(workload.kind(), workload.object(), rebind.reason().word());
      }
      Optional<JsonNode> after =
          workloads.rebind(workload.kind(), workload.object(), rebind.request());
      return after.map(
          object -> ended(WorkloadState.of(workload.kind(), object), rebind, goal, around));
    } catch (ApiServerException e) {
      if (!e.isRefusal()) {
        throw e;
      }
      // Somebody's rule for this one; all that come after it must not wait for it.
      futile.put(workload.uid(), goal);
      events.refused(workload, goal, e.discreet().getMessage());
      return Optional.of(false);
    }
  }

  /** Pods may have run for long with what was there when the webhooks were not. */
  private static boolean leavesRevisionInBetween(
      WorkloadState workload, Rebind rebind, RebindPolicy.Surroundings around) {
    return rebind.reason().leavesRevisionInBetween()
        && InBetweenRevisions.isFor(workload.kind())
        && workload.isSeen()
        && !workload.isPaused()
        && rebind.heads().stream()
            .filter(workload.unseen()::contains)
            .noneMatch(head -> changedAfter(workload, CurrentHead.in(around.heads(), head)));
  }

  private static boolean changedAfter(WorkloadState workload, CurrentHead head) {
    return workload
        .written()
        .flatMap(
            written ->
                head.changed().filter(time -> time.isAfter(written.plus(ReleaseWindows.GAP))))
        .isPresent();
  }

  private boolean ended(
      WorkloadState after, Rebind rebind, String goal, RebindPolicy.Surroundings around) {
    if (KubernetesJson.annotation(after.object(), Annotations.REBIND).isPresent()) {
      // Nobody took it off: no webhook is there.
      workloads.annotate(
          after.kind(), after.object(), Map.of(Annotations.REBIND, Optional.empty()));
      return false;
    }
    Map<HeadRef, VersionNumber> bound = after.bound().versions();
    if (rebind.heads().stream()
        .noneMatch(head -> CurrentHead.in(around.heads(), head).number().equals(bound.get(head)))) {
      futile.put(after.uid(), goal);
      events.futile(after, goal);
      return false;
    }
    futile.remove(after.uid());
    events.rebound(after, goal);
    return true;
  }

  private static String goal(SortedSet<HeadRef> heads, Map<HeadRef, CurrentHead> current) {
    TreeMap<HeadRef, String> goal = new TreeMap<>();
    heads.forEach(
        head ->
            goal.put(
                head, current.containsKey(head) ? current.get(head).number().toString() : "?"));
    return goal.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
