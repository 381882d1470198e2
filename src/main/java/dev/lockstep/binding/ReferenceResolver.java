package dev.lockstep.binding;

import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.RequestDeadline;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * What names mean during one admission. Each is looked up once, however often it is asked for, so
 * that one head can't have two current versions in one template; several are looked up side by
 * side.
 */
final class ReferenceResolver {
  private final VersionResolver versions;
  private final ManagedNamespace namespace;
  private final boolean dryRun;
  private final Executor executor;
  private final Map<HeadRef, CompletableFuture<Resolution>> asked = new HashMap<>();

  ReferenceResolver(
      VersionResolver versions, ManagedNamespace namespace, boolean dryRun, Executor executor) {
    this.versions = versions;
    this.namespace = namespace;
    this.dryRun = dryRun;
    this.executor = RequestDeadline.carriedTo(executor);
  }

  void lookUp(Collection<HeadRef> names) {
    List<HeadRef> unknown = names.stream().distinct().filter(n -> !asked.containsKey(n)).toList();
    if (unknown.size() == 1) {
      of(unknown.get(0));
      return;
    }
    for (HeadRef name : unknown) {
      asked.put(name, CompletableFuture.supplyAsync(() -> look(name), executor));
    }
  }

  /**
   * @throws dev.lockstep.model.ApiServerException if the API server does not say
   */
  Resolution of(HeadRef name) {
    CompletableFuture<Resolution> known = asked.get(name);
    if (known == null) {
      known = CompletableFuture.completedFuture(look(name));
      asked.put(name, known);
    }
    try {
      return known.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** For a name whose meaning is nobody's business: retention must not think it unused. */
  void keep(HeadRef version) {
    versions.keep(version.in(namespace.name()), dryRun);
  }

  private Resolution look(HeadRef name) {
    return versions.resolve(name.in(namespace.name()), namespace, dryRun);
  }
}
