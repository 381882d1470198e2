package dev.lockstep.binding;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ReadScope;
import dev.lockstep.model.RequestDeadline;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/**
 * What names mean during one admission. Each is looked up once, however often it is asked for, so
 * that one head can't have two current versions in one template; several are looked up side by
 * side.
 */
final class ReferenceResolver {
  private final VersionResolver versions;
  private final ManagedNamespace namespace;
  private final boolean dryRun;
  private final Set<String> keys;
  private final Executor executor;
  private final Map<HeadRef, FutureTask<Resolution>> asked = new HashMap<>();

  /**
   * @param keys all that somebody may ask for: nothing else of the contents is kept
   * @param executor what it has not come to when it is needed is done by who needs it, so that
   *     nobody waits for the look-ups of others
   */
  ReferenceResolver(
      VersionResolver versions,
      ManagedNamespace namespace,
      boolean dryRun,
      Set<String> keys,
      Executor executor) {
    this.versions = versions;
    this.namespace = namespace;
    this.dryRun = dryRun;
    this.keys = Set.copyOf(keys);
    this.executor = RequestDeadline.carriedTo(executor);
  }

  void lookUp(Collection<HeadRef> names) {
    List<HeadRef> unknown = names.stream().distinct().filter(n -> !asked.containsKey(n)).toList();
    if (unknown.size() == 1) {
      of(unknown.get(0));
      return;
    }
    for (HeadRef name : unknown) {
      FutureTask<Resolution> task = new FutureTask<>(() -> look(name));
      asked.put(name, task);
      try {
        executor.execute(task);
      } catch (RejectedExecutionException e) {
        // The server is ending: it is done when it is needed.
      }
    }
  }

  /**
   * @throws dev.lockstep.model.ApiServerException if the API server does not say
   */
  Resolution of(HeadRef name) {
    FutureTask<Resolution> known =
        asked.computeIfAbsent(name, unknown -> new FutureTask<>(() -> look(unknown)));
    known.run(); // Unless it runs already, or has.
    try {
      return known.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiServerException(ApiServerException.NO_ANSWER, "interrupted");
    }
  }

  boolean isCurrent(HeadRef head, VersionNumber number) {
    return current(head).filter(number::equals).isPresent();
  }

  /** Empty where there is no such head. */
  Optional<VersionNumber> current(HeadRef head) {
    return of(head) instanceof Resolution.OfHead current
        ? Optional.of(current.current())
        : Optional.empty();
  }

  boolean isVersion(HeadRef name) {
    return of(name) instanceof Resolution.OfVersion;
  }

  /** Whether its owner wants it to be current in what a rollback brings back, too. */
  boolean followsAlways(HeadRef head) {
    return of(head) instanceof Resolution.OfHead current && current.followsAlways();
  }

  /** For a name whose meaning is nobody's business: retention must not think it unused. */
  void keep(HeadRef version) {
    versions.keep(version.in(namespace.name()), dryRun);
  }

  private Resolution look(HeadRef name) {
    return ReadScope.within(
        namespace.name(),
        () -> versions.resolve(name.in(namespace.name()), namespace, dryRun).keeping(keys));
  }
}
