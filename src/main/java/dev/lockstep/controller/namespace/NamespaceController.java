package dev.lockstep.controller.namespace;

import dev.lockstep.controller.queue.BoundedMap;
import dev.lockstep.controller.queue.DelayedQueue;
import dev.lockstep.controller.queue.LeaderTasks;
import dev.lockstep.controller.queue.PeriodicTask;
import dev.lockstep.controller.queue.RateLimitingQueue;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.versioning.ManagedNamespaces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes namespaces in and lets them go. Done again it finds only what is new, so it is done again
 * whenever something may have been written that no webhook saw, and every few minutes besides.
 */
public final class NamespaceController {
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  /** What is taken in together is one pass. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private static final int REMEMBERED = 10_000;

  private final ManagedNamespaces namespaces;
  private final Supplier<Collection<String>> all;
  private final Adoption adoption;
  private final OptOut optOut;
  private final Consumer<String> adopted;
  private final LeaderTasks tasks;
  private final Clock clock;
  private final RateLimitingQueue<String> adopting;
  private final RateLimitingQueue<String> leaving;
  private final DelayedQueue<String> agenda;

  /** Namespaces that this server has seen opted in; of others it touches nothing. */
  private final BoundedMap<String, Boolean> seen = new BoundedMap<>(REMEMBERED);

  /**
   * @param all the names of those that are opted in
   * @param adopted told when one has been taken in
   */
  public NamespaceController(
      ManagedNamespaces namespaces,
      Supplier<Collection<String>> all,
      Adoption adoption,
      OptOut optOut,
      Consumer<String> adopted,
      LeaderTasks tasks,
      ScheduledExecutorService executor,
      Clock clock) {
    this.namespaces = namespaces;
    this.all = all;
    this.adoption = adoption;
    this.optOut = optOut;
    this.adopted = adopted;
    this.tasks = tasks;
    this.clock = clock;
    this.adopting = new RateLimitingQueue<>(executor, this::adopt);
    this.leaving = new RateLimitingQueue<>(executor, this::leave);
    this.agenda = new DelayedQueue<>(executor, clock, adopting::add);
    PeriodicTask.start("look at all namespaces", executor, LOOK_AGAIN, LOOK_AGAIN, this::lookAgain);
  }

  public void startLeading() {
    all.get().forEach(adopting::add);
  }

  public void stopLeading() {
    adopting.clear();
    leaving.clear();
    agenda.clear();
  }

  /**
   * For what no watch tells: what was written while no webhook answered. One after the other, so
   * that news of one namespace don't wait for looks at hundreds.
   */
  private void lookAgain() {
    if (tasks.isLeading()) {
      List<String> names = List.copyOf(all.get());
      Instant now = clock.instant();
      for (int i = 0; i < names.size(); i++) {
        agenda.note(names.get(i), now.plus(LOOK_AGAIN.multipliedBy(i).dividedBy(names.size())));
      }
    }
  }

  public void optedIn(String namespace) {
    seen.put(namespace, true);
    if (tasks.isLeading()) {
      adopting.add(namespace);
    }
  }

  /** Its annotations may take in what was left out so far; so may what was found in it. */
  public void mayHaveMore(String namespace) {
    if (tasks.isLeading()) {
      agenda.note(namespace, clock.instant().plus(SETTLE));
    }
  }

  public void optedOut(String namespace) {
    if (tasks.isLeading() && wasOptedIn(namespace)) {
      leaving.add(namespace);
    }
  }

  /** Whether this server has seen it opted in. */
  public boolean wasOptedIn(String namespace) {
    return seen.get(namespace).isPresent();
  }

  /** How many passes failed last time, and are tried again. */
  public int failing() {
    return adopting.failing() + leaving.failing();
  }

  private boolean adopt(String name) {
    return tasks.attempt(
        LogContext.namespace(name),
        "namespace " + name,
        () -> namespaces.optedIn(name).ifPresent(this::adopt));
  }

  private void adopt(ManagedNamespace namespace) {
    seen.put(namespace.name(), true);
    adoption.adopt(namespace);
    adopted.accept(namespace.name());
  }

  private boolean leave(String name) {
    return tasks.attempt(
        LogContext.namespace(name),
        "namespace " + name,
        () -> {
          if (namespaces.optedIn(name).isEmpty()) {
            optOut.leave(name);
          }
        });
  }
}
