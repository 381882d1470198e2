package dev.lockstep.controller.workload;

import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.namespace.OptInTimes;
import dev.lockstep.controller.queue.LeaderTasks;
import dev.lockstep.controller.queue.RateLimiter;
import dev.lockstep.controller.revision.InBetweenRevisions;
import dev.lockstep.controller.revision.PodRepository;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.controller.revision.StuckPods;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;

/** Puts the parts of the workload controller together. */
public final class WorkloadControllers {
  /**
   * What is read and written besides versions.
   *
   * @param liveNamespaces as they are at the moment of the call
   */
  public record Ports(
      HeadRepository heads,
      WorkloadRepository workloads,
      RevisionRepository revisions,
      PodRepository pods,
      OptInTimes optInTimes,
      ManagedNamespaces liveNamespaces,
      EventRecorder events) {}

  /**
   * @param stampsAll whether every eligible object becomes a head, or only what a template names
   * @param quietPeriod for which the heads of a workload do not change before it follows
   */
  public record Settings(
      WorkloadKinds kinds,
      WorkloadSettings workloads,
      boolean stampsAll,
      Duration quietPeriod,
      int rebindPerSecond) {}

  private WorkloadControllers() {}

  public static WorkloadController of(
      VersionStore store,
      VersionResolver versions,
      ManagedNamespaces optedIn,
      Ports ports,
      Settings settings,
      LeaderTasks tasks,
      ScheduledExecutorService executor,
      Clock clock) {
    QuietPeriod quietPeriod = new QuietPeriod(settings.quietPeriod());
    RebindPolicy policy = new RebindPolicy(quietPeriod);
    WorkloadEvents events = new WorkloadEvents(ports.events());
    InBetweenRevisions inBetween = new InBetweenRevisions(ports.revisions());
    Rebinder rebinder =
        new Rebinder(
            policy,
            ports.liveNamespaces(),
            settings.workloads(),
            ports.workloads(),
            versions,
            inBetween,
            events,
            new RateLimiter(settings.rebindPerSecond()),
            clock);
    WorkloadPass.Tools tools =
        new WorkloadPass.Tools(
            settings.kinds(),
            settings.workloads(),
            settings.stampsAll(),
            ports.heads(),
            ports.workloads(),
            ports.optInTimes(),
            policy,
            quietPeriod,
            new MissingHeads(store, versions),
            new HeldNotes(ports.workloads(), ports.revisions(), events),
            new BareBaselines(ports.revisions()),
            events,
            clock);
    return new WorkloadController(
        tools,
        rebinder,
        inBetween,
        new StuckPods(ports.pods(), ports.events()),
        optedIn,
        tasks,
        executor);
  }
}
