package dev.lockstep.controller.leader;

import dev.lockstep.controller.head.HeadController;
import dev.lockstep.controller.namespace.Adoption;
import dev.lockstep.controller.namespace.NamespaceController;
import dev.lockstep.controller.queue.LeaderTasks;
import dev.lockstep.controller.workload.WorkloadController;
import dev.lockstep.controller.workload.WorkloadControllers;
import dev.lockstep.controller.workload.WorkloadCounts;
import dev.lockstep.controller.workload.WorkloadOptOut;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;

/** The controllers of heads, namespaces and workloads, and who of them is told what. */
public final class LeaderControllers {

  /**
   * What there is when this replica begins to lead.
   *
   * @param heads all that are known
   * @param namespaces all that are opted in
   */
  public record Inventory(
      Supplier<Collection<ObjectKey>> heads, Supplier<Collection<String>> namespaces) {}

  private final Inventory inventory;
  private final LeaderTasks tasks = new LeaderTasks();
  private final HeadController heads;
  private final NamespaceController namespaces;
  private final WorkloadController workloads;

  /**
   * @param urgent runs what somebody waits for
   * @param passes runs what goes through whole namespaces
   */
  public LeaderControllers(
      VersionStore store,
      VersionResolver versions,
      ManagedNamespaces optedIn,
      Inventory inventory,
      WorkloadControllers.Ports ports,
      WorkloadControllers.Settings settings,
      ScheduledExecutorService urgent,
      ScheduledExecutorService passes,
      Clock clock) {
    this.inventory = inventory;
    this.workloads =
        WorkloadControllers.of(store, versions, optedIn, ports, settings, tasks, passes, clock);
    this.namespaces =
        new NamespaceController(
            optedIn,
            inventory.namespaces(),
            new Adoption(
                versions,
                ports.heads(),
                ports.revisions(),
                ports.events(),
                clock,
                settings.stampsAll()),
            new WorkloadOptOut(settings.kinds(), ports.workloads()),
            workloads::lookThoroughly,
            tasks,
            passes,
            clock);
    this.heads =
        new HeadController(
            store,
            versions,
            optedIn,
            namespaces::wasOptedIn,
            namespaces::mayHaveMore,
            ports.events(),
            tasks,
            urgent,
            clock);
  }

  public void startLeading() {
    tasks.leading(true);
    inventory.heads().get().forEach(heads::changed);
    namespaces.startLeading();
  }

  public void stopLeading() {
    tasks.leading(false);
    heads.stopLeading();
    namespaces.stopLeading();
    workloads.stopLeading();
  }

  public boolean isLeading() {
    return tasks.isLeading();
  }

  public void headAdded(ObjectKey head) {
    heads.added(head);
    workloads.changed(head.namespace());
  }

  public void headChanged(ObjectKey head) {
    heads.changed(head);
    workloads.changed(head.namespace());
  }

  public void headGone(ObjectKey head) {
    heads.gone(head);
    workloads.changed(head.namespace());
  }

  public void namespaceOptedIn(String namespace) {
    namespaces.optedIn(namespace);
  }

  public void namespaceChanged(String namespace) {
    namespaces.mayHaveMore(namespace);
    workloads.changed(namespace);
  }

  /** Its heads are no heads any more; its workloads keep what they are bound to. */
  public void namespaceOptedOut(String namespace) {
    workloads.forget(namespace);
    namespaces.optedOut(namespace);
    inventory.heads().get().stream()
        .filter(head -> head.namespace().equals(namespace))
        .forEach(heads::changed);
  }

  /** Of all workloads, as last seen; of nobody where this replica does not lead. */
  public WorkloadCounts counts() {
    return isLeading() ? workloads.counts() : WorkloadCounts.NOBODY;
  }

  /** How often something could not be done since this server started. */
  public long failures() {
    return tasks.failures();
  }

  /** How many heads and looks at namespaces failed last time, and are tried again. */
  public int failing() {
    return heads.failing() + namespaces.failing() + workloads.failing();
  }
}
