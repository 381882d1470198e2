package dev.lockstep.kubernetes.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * A few namespaces, known by name. A Role may let us get the very namespace that it is in, and
 * neither list nor watch it, so each is read again every few seconds.
 */
final class PolledNamespaces implements NamespaceSource {
  private static final Logger LOG = Logger.getLogger(PolledNamespaces.class);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final int FORBIDDEN = 403;

  private final Set<String> names;
  private final KubeApiClient api;
  private final HeadInformers heads;
  private final Map<String, Known> optedIn = new ConcurrentHashMap<>();
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lockstep-namespaces");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean ready;

  /**
   * @param heads watched in each of them that exists, opted in or not
   */
  PolledNamespaces(Set<String> names, KubeApiClient api, HeadInformers heads) {
    this.names = Set.copyOf(names);
    this.api = api;
    this.heads = heads;
  }

  @Override
  public void start(NamespaceWatcher.Listener listener) {
    executor.scheduleWithFixedDelay(
        () -> lookAtAll(listener), 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void lookAtAll(NamespaceWatcher.Listener listener) {
    boolean allSeen = true;
    for (String name : names) {
      try {
        look(name, listener);
      } catch (RuntimeException e) {
        // The next look may find out; until then what was known counts.
        LOG.warnf("namespace %s: not known: %s", name, e.getMessage());
        allSeen = false;
      }
    }
    ready |= allSeen;
  }

  private void look(String name, NamespaceWatcher.Listener listener) {
    Optional<JsonNode> found = find(api, name);
    found.ifPresentOrElse(namespace -> heads.watch(name), () -> heads.unwatch(name));
    Optional<Known> now = found.flatMap(PolledNamespaces::optedIn);
    Known before = now.isPresent() ? optedIn.put(name, now.get()) : optedIn.remove(name);
    if (before == null && now.isPresent()) {
      listener.optedIn().accept(name);
    } else if (before != null && now.isEmpty()) {
      listener.optedOut().accept(name);
    } else if (before != null && !before.equals(now.get())) {
      listener.changed().accept(name);
    }
  }

  /** With a namespace its Role goes, too: then we may not know that it is not there. */
  private static Optional<JsonNode> find(KubeApiClient api, String name) {
    try {
      return api.get(ApiPaths.namespace(name));
    } catch (ApiServerException e) {
      if (e.code() == FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<Known> optedIn(JsonNode namespace) {
    return KubernetesJson.label(namespace, Labels.VERSIONING)
        .filter(Labels.OPTED_IN::equals)
        .map(
            label ->
                new Known(
                    KubernetesJson.name(namespace),
                    KubernetesJson.annotations(namespace),
                    namespace.path("metadata").has("deletionTimestamp")));
  }

  /** Whether the API server is heard of is seen at each look. */
  @Override
  public WatchStatus watched() {
    return new WatchStatus(() -> !executor.isShutdown(), () -> true);
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public boolean mayBe(String namespace) {
    return names.contains(namespace);
  }

  @Override
  public Optional<Known> find(String namespace) {
    return Optional.ofNullable(optedIn.get(namespace));
  }

  @Override
  public List<Known> all() {
    return List.copyOf(optedIn.values());
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
