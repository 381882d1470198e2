package dev.lockstep.controller.workload;

import dev.lockstep.binding.Rollout;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.controller.namespace.OptInTimes;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One look at all workloads of a namespace. What each of them needs is decided from what is there.
 */
final class WorkloadPass {
  /** What a look is made with. */
  record Tools(
      WorkloadKinds kinds,
      WorkloadSettings settings,
      boolean stampsAll,
      HeadRepository heads,
      WorkloadRepository workloads,
      OptInTimes optInTimes,
      RebindPolicy policy,
      QuietPeriod quietPeriod,
      MissingHeads missingHeads,
      HeldNotes heldNotes,
      BareBaselines baselines,
      WorkloadEvents events,
      Clock clock) {}

  private final Tools tools;
  private final ManagedNamespace namespace;
  private final Consumer<Instant> comeAgain;
  private final Map<HeadRef, CurrentHead> heads;
  private final List<WorkloadState> workloads = new ArrayList<>();
  private final OptInTimes.OptIn optIn;
  private final RebindPolicy.Surroundings around;
  private @Nullable Map<HeadRef, List<MadeVersion>> versions;
  private WorkloadCounts counts = WorkloadCounts.NOBODY;

  /** A workload and what is due for it. */
  record Due(WorkloadState workload, Rebind rebind) {}

  /**
   * @param comeAgain told when the next look is due
   */
  WorkloadPass(Tools tools, ManagedNamespace namespace, Consumer<Instant> comeAgain) {
    this.tools = tools;
    this.namespace = namespace;
    this.comeAgain = comeAgain;
    this.heads = new HashMap<>(tools.heads().current(namespace));
    this.optIn = tools.optInTimes().of(namespace.name());
    for (WorkloadKind kind : tools.kinds().mutable()) {
      tools.workloads().all(kind, namespace.name()).stream()
          .map(object -> WorkloadState.of(kind, object).optedIn(optIn.labelled()))
          .filter(workload -> Rebinder.isOurs(tools.settings(), workload, namespace))
          .forEach(workloads::add);
    }
    findMissing();
    this.around =
        new RebindPolicy.Surroundings(
            heads, ReleaseWindows.of(heads.values(), workloads, source()::versions),
            optIn, tools.clock().instant());
  }

  /**
   * Names that are no heads: in one mode they become some, and nobody waits for what is left out.
   */
  private void findMissing() {
    Set<HeadRef> names = new TreeSet<>();
    for (WorkloadState workload : workloads) {
      names.addAll(workload.waiting());
      if (!tools.stampsAll()) {
        names.addAll(workload.bound().versions().keySet());
      }
    }
    names.removeAll(heads.keySet());
    names.removeIf(name -> !namespace.versions(name.kind()));
    MissingHeads.Found found = tools.missingHeads().find(names, namespace);
    heads.putAll(found.heads());
    for (WorkloadState workload : workloads) {
      Set<HeadRef> still = new TreeSet<>(workload.waiting());
      still.removeAll(found.unversioned());
      if (still.size() < workload.waiting().size()) {
        tools
            .workloads()
            .annotate(
                workload.kind(),
                workload.object(),
                Map.of(
                    Annotations.WAITING,
                    still.isEmpty() ? Optional.empty() : Optional.of(HeadRef.list(still))));
        comeAgain.accept(tools.clock().instant().plusSeconds(1));
      }
    }
  }

  /** What is due now, in the order in which it is to be done; for the rest a time is told. */
  List<Due> due() {
    HeldNotes.Index index = tools.heldNotes().of(namespace.name());
    List<Due> due = new ArrayList<>();
    for (WorkloadState workload : workloads) {
      if (tools.heldNotes().reconcile(workload, heads, optIn.takenIn(), index)) {
        comeAgain.accept(around.now().plusSeconds(1));
        continue;
      }
      tools.baselines().reconcile(workload, source()).ifPresent(comeAgain);
      decide(workload).ifPresent(due::add);
    }
    tools
        .quietPeriod()
        .keepOnly(
            namespace.name(),
            workloads.stream().map(WorkloadState::uid).collect(Collectors.toSet()));
    due.sort(Comparator.comparing(each -> each.rebind().reason()));
    return due;
  }

  private Optional<Due> decide(WorkloadState workload) {
    Rollout rollout =
        tools.settings().rollout(workload.kind(), workload.object(), namespace).value();
    Optional<Rebind> rebind = tools.policy().decide(workload, rollout, around);
    tell(workload, rollout, rebind);
    if (rebind.isEmpty()) {
      return Optional.empty();
    }
    if (!rebind.get().isDue(around.now())) {
      comeAgain.accept(rebind.get().due());
      return Optional.empty();
    }
    return Optional.of(new Due(workload, rebind.get()));
  }

  private void tell(WorkloadState workload, Rollout rollout, Optional<Rebind> rebind) {
    Set<HeadRef> waiting = new TreeSet<>(workload.waiting());
    waiting.removeAll(workload.arrived(heads));
    Set<HeadRef> behind = workload.behind(heads);
    boolean isLeftBehind = rollout == Rollout.ON_APPLY && !behind.isEmpty();
    if (isLeftBehind && rebind.isEmpty()) {
      tools.events().leftBehind(workload, behind);
    }
    if (!waiting.isEmpty()) {
      tools.events().waiting(workload, waiting);
    }
    Set<HeadRef> unseen = new TreeSet<>(workload.unseen());
    unseen.retainAll(heads.keySet());
    if (!unseen.isEmpty() && !workload.isSteppedBack()) {
      tools.events().unbound(workload, unseen);
    }
    counts =
        counts.and(
            WorkloadCounts.of(
                workload, !workload.bareHeads(heads).isEmpty(), isLeftBehind, !waiting.isEmpty()));
  }

  private BareBaselines.Source source() {
    return new BareBaselines.Source() {
      @Override
      public Map<HeadRef, CurrentHead> heads() {
        return heads;
      }

      @Override
      public Map<HeadRef, List<MadeVersion>> versions() {
        Map<HeadRef, List<MadeVersion>> known = versions;
        if (known == null) {
          known = tools.heads().versions(namespace);
          versions = known;
        }
        return known;
      }

      @Override
      public Instant now() {
        return around.now();
      }
    };
  }

  WorkloadCounts counts() {
    return counts;
  }

  RebindPolicy.Surroundings surroundings() {
    return around;
  }

  List<WorkloadState> workloads() {
    return workloads;
  }
}
