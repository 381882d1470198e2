package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.RequestDeadline;
import dev.lockstep.model.VersionNumber;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;

/**
 * The API server as one decision sees it, with calls that it will most likely make begun before it
 * makes them: side by side instead of one after the other. Each answer is given once, to just the
 * call that was prefetched; every other call is made when it is asked for. So what is decided does
 * not hang on what was prefetched, only how long it takes.
 *
 * <p>Only what changes nothing is prefetched: reads, and creates under dry run.
 */
final class PrefetchingVersionStore implements VersionStore {
  private record Get(ObjectKey id) {}

  private record Versions(ObjectKey head) {}

  private record Equal(ObjectKey head, ContentHash content, Optional<String> asOf) {}

  private record Quotas(String namespace) {}

  private record DryRun(ObjectKey id, JsonNode object) {}

  private final VersionStore store;
  private final Executor calls;
  private final Map<Object, FutureTask<?>> begun = new HashMap<>();

  /**
   * @param calls makes calls; what it has not come to when it is needed is done by who needs it
   */
  PrefetchingVersionStore(VersionStore store, Executor calls) {
    this.store = store;
    this.calls = RequestDeadline.carriedTo(calls);
  }

  void prefetchGet(ObjectKey id) {
    prefetch(new Get(id), () -> store.get(id));
  }

  void prefetchMetadataOfVersions(ObjectKey head) {
    prefetch(new Versions(head), () -> store.metadataOfVersions(head));
  }

  void prefetchVersionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    prefetch(new Equal(head, content, asOf), () -> store.versionsWith(head, content, asOf));
  }

  void prefetchQuotas(String namespace) {
    prefetch(new Quotas(namespace), () -> store.quotas(namespace));
  }

  void prefetchDryRun(ObjectKey id, JsonNode object) {
    prefetch(new DryRun(id, object), () -> store.create(id, object, true));
  }

  private <T> void prefetch(Object call, Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    begun.put(call, task);
    try {
      calls.execute(task);
    } catch (RejectedExecutionException e) {
      // The server is ending: it is done when it is needed.
    }
  }

  @SuppressWarnings("unchecked")
  private <T> T answer(Object call, Callable<T> work) {
    FutureTask<T> task = (FutureTask<T>) begun.remove(call);
    if (task == null) {
      task = new FutureTask<>(work);
    }
    task.run(); // Unless it runs already, or has.
    try {
      return task.get();
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

  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    return answer(new Get(id), () -> store.get(id));
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    return answer(new Versions(head), () -> store.metadataOfVersions(head));
  }

  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    return answer(new Equal(head, content, asOf), () -> store.versionsWith(head, content, asOf));
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return answer(new Quotas(namespace), () -> store.quotas(namespace));
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    return dryRun
        ? answer(new DryRun(id, object), () -> store.create(id, object, true))
        : store.create(id, object, false);
  }

  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    return store.requestStamp(head, givenUp, dryRun);
  }

  @Override
  public void unstamp(ObjectKey head) {
    store.unstamp(head);
  }

  @Override
  public boolean unmark(ObjectKey version) {
    return store.unmark(version);
  }
}
