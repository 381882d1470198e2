package dev.lockstep.controller.workload;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.queue.DelayedQueue;
import dev.lockstep.controller.queue.LeaderTasks;
import dev.lockstep.controller.queue.PeriodicTask;
import dev.lockstep.controller.queue.RateLimitingQueue;
import dev.lockstep.controller.revision.InBetweenRevisions;
import dev.lockstep.controller.revision.StuckPods;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.versioning.ManagedNamespaces;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Sees to the workloads of a namespace after its heads changed: binds what waited for a head, moves
 * what is to follow by itself, and tells what was left behind.
 */
public final class WorkloadController {
  /** Several heads that change together are one look. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private static final Duration MISSING = Duration.ofSeconds(5);

  /** Looks at one namespace take up no more of the time than this part of it. */
  private static final int SHARE = 4;

  private final WorkloadPass.Tools tools;
  private final Rebinder rebinder;
  private final InBetweenRevisions inBetween;
  private final StuckPods stuckPods;
  private final ManagedNamespaces namespaces;
  private final LeaderTasks tasks;
  private final RateLimitingQueue<String> passes;
  private final DelayedQueue<String> agenda;
  private final RateLimitingQueue<Key> settling;

  /** Where something has changed since the last look began. */
  private final Set<String> news = ConcurrentHashMap.newKeySet();

  /** Where the next look sees to all revisions. */
  private final Set<String> thoroughly = ConcurrentHashMap.newKeySet();

  /** No look at a namespace before this time: a long one is not to be followed by the next. */
  private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

  private final Map<String, WorkloadCounts> countsByNamespace = new ConcurrentHashMap<>();

  /** A workload, by where it is. */
  private record Key(WorkloadKind kind, String namespace, String name) {}

  WorkloadController(
      WorkloadPass.Tools tools,
      Rebinder rebinder,
      InBetweenRevisions inBetween,
      StuckPods stuckPods,
      ManagedNamespaces namespaces,
      LeaderTasks tasks,
      ScheduledExecutorService executor) {
    this.tools = tools;
    this.rebinder = rebinder;
    this.inBetween = inBetween;
    this.stuckPods = stuckPods;
    this.namespaces = namespaces;
    this.tasks = tasks;
    this.passes = new RateLimitingQueue<>(executor, this::look);
    this.agenda = new DelayedQueue<>(executor, tools.clock(), passes::add);
    this.settling = new RateLimitingQueue<>(executor, this::settle);
    PeriodicTask.start(
        "look for missing ConfigMaps and Secrets",
        executor,
        MISSING,
        MISSING,
        this::lookForMissing);
  }

  /** Heads of this namespace, or the namespace itself, have changed. */
  public void changed(String namespace) {
    if (tasks.isLeading()) {
      news.add(namespace);
      comeAgain(namespace, tools.clock().instant().plus(SETTLE));
    }
  }

  /** Sees to all that is there, whatever changed. */
  public void lookThoroughly(String namespace) {
    if (tasks.isLeading()) {
      thoroughly.add(namespace);
      passes.add(namespace);
    }
  }

  private void comeAgain(String namespace, Instant time) {
    Instant earliest = notBefore.getOrDefault(namespace, Instant.MIN);
    agenda.note(namespace, time.isBefore(earliest) ? earliest : time);
  }

  private void lookForMissing() {
    if (tasks.isLeading()) {
      tools.missingHeads().look(this::changed);
    }
  }

  private boolean look(String name) {
    return tasks.attempt(
        LogContext.namespace(name),
        "namespace " + name,
        () -> namespaces.optedIn(name).ifPresentOrElse(this::look, () -> forget(name)));
  }

  private void look(ManagedNamespace namespace) {
    String name = namespace.name();
    news.remove(name);
    Instant begun = tools.clock().instant();
    WorkloadPass pass = new WorkloadPass(tools, namespace, time -> comeAgain(name, time));
    var due = pass.due();
    countsByNamespace.put(name, pass.counts());
    notBefore.put(
        name,
        tools
            .clock()
            .instant()
            .plus(Duration.between(begun, tools.clock().instant()).multipliedBy(SHARE)));
    for (WorkloadPass.Due each : due) {
      if (!tasks.isLeading()) {
        return;
      }
      if (each.rebind().reason() == Rebind.Reason.AUTO && news.contains(name)) {
        // The next look is due: others may not have to wait until all of these have followed.
        break;
      }
      move(each, pass.surroundings());
    }
    if (thoroughly.remove(name)) {
      settleAll(pass, name);
    }
  }

  private void move(WorkloadPass.Due due, RebindPolicy.Surroundings around) {
    WorkloadState workload = due.workload();
    if (rebinder.isFutile(workload, due.rebind(), around.heads())
        || !rebinder.rebind(workload, due.rebind(), around)) {
      return;
    }
    tools.quietPeriod().moved(workload);
    if (InBetweenRevisions.isFor(workload.kind())
        && due.rebind().reason().leavesRevisionInBetween()) {
      settling.add(new Key(workload.kind(), workload.namespace(), workload.name()));
    }
  }

  /** Whoever led before may have marked revisions, and not come to number them. */
  private void settleAll(WorkloadPass pass, String namespace) {
    Set<String> uids = new HashSet<>();
    Set.of(WorkloadKind.REPLICA_SETS, WorkloadKind.CONTROLLER_REVISIONS)
        .forEach(kept -> uids.addAll(inBetween.unsettled(kept, namespace)));
    pass.workloads().stream()
        .filter(workload -> uids.contains(workload.uid()))
        .filter(workload -> InBetweenRevisions.isFor(workload.kind()))
        .forEach(
            workload ->
                settling.add(new Key(workload.kind(), workload.namespace(), workload.name())));
  }

  /** Until the controller has given the newer revision its number: it is asked again, soon. */
  private boolean settle(Key key) {
    boolean[] isDone = {true};
    boolean isTried =
        tasks.attempt(
            LogContext.object(key.kind().kind(), key.namespace(), key.name()),
            key.kind().kind() + " " + key.namespace() + "/" + key.name(),
            () -> isDone[0] = isSettled(key));
    return isTried && isDone[0];
  }

  private boolean isSettled(Key key) {
    Optional<JsonNode> found = tools.workloads().find(key.kind(), key.namespace(), key.name());
    if (found.isEmpty() || namespaces.optedIn(key.namespace()).isEmpty()) {
      return true;
    }
    WorkloadState workload = WorkloadState.of(key.kind(), found.get());
    InBetweenRevisions.Settled settled =
        inBetween.settle(key.kind(), workload.object(), workload.isSeen());
    boolean isFreed =
        !key.kind().kind().equals("StatefulSet")
            || !stuckPods.free(workload.object(), settled.superseded());
    return settled.isDone() && isFreed;
  }

  /** When the namespaces were last seen to. */
  public WorkloadCounts counts() {
    return countsByNamespace.values().stream().reduce(WorkloadCounts.NOBODY, WorkloadCounts::and);
  }

  /** How many looks failed last time, and are tried again. */
  public int failing() {
    return passes.failing();
  }

  public void forget(String namespace) {
    countsByNamespace.remove(namespace);
    notBefore.remove(namespace);
    news.remove(namespace);
    thoroughly.remove(namespace);
    tools.missingHeads().forget(namespace);
    tools.quietPeriod().keepOnly(namespace, Set.of());
  }

  public void stopLeading() {
    passes.clear();
    agenda.clear();
    settling.clear();
    Set.copyOf(countsByNamespace.keySet()).forEach(this::forget);
    tools.missingHeads().clear();
    tools.quietPeriod().clear();
  }
}
