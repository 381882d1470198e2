package dev.lockstep.kubernetes.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.ApiServerException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Tells in which namespace something went that may have been the last to name a version. It watches
 * metadata alone, keeps nothing, and begins anew where it breaks off: what happens meanwhile is
 * found by the next sweep.
 */
public final class ReferrerWatcher {
  private static final Logger LOG = Logger.getLogger(ReferrerWatcher.class);
  private static final Duration BEFORE_NEXT = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
  private static final int SECONDS = 1800;

  private static final Set<String> ENDS = Set.of("DELETED");
  private static final Set<String> ENDS_AND_CHANGES = Set.of("DELETED", "MODIFIED");

  /**
   * The last to name a version is one of these, or a pod of one, which ends at about that time. Not
   * watched is what leaves one of them behind, and what there is too much of: Pods without an owner
   * are left to the sweep.
   */
  private static final Map<String, Set<String>> WATCHED =
      Map.of(
          // Their status changes with each pod.
          "replicasets", ENDS,
          "replicationcontrollers", ENDS,
          "jobs", ENDS,
          // No former template is kept.
          "cronjobs", ENDS_AND_CHANGES,
          "podtemplates", ENDS_AND_CHANGES);

  private final KubeApiClient api;
  private final ScheduledExecutorService executor;
  private final Consumer<String> userGone;
  private final Map<String, Set<String>> paths;

  /** By path: what runs now. */
  private final Map<String, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

  private volatile boolean watching;

  /**
   * @param listed the only namespaces that there are rights to; empty: all
   * @param userGone told of a namespace; has to return soon
   */
  public ReferrerWatcher(
      KubeApiClient api,
      Optional<Set<String>> listed,
      ScheduledExecutorService executor,
      Consumer<String> userGone) {
    this.api = api;
    this.executor = executor;
    this.userGone = userGone;
    this.paths =
        listed
            .map(names -> names.stream().map(ReferrerWatcher::inNamespace))
            .orElseGet(() -> Stream.of(ApiPaths::everywhere))
            .map(ReferrerWatcher::paths)
            .flatMap(some -> some.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Where the objects of a resource are. */
  private interface Place {
    String path(String group, String version, String resource);
  }

  private static Place inNamespace(String name) {
    return (group, version, resource) -> ApiPaths.all(group, version, name, resource);
  }

  private static Map<String, Set<String>> paths(Place place) {
    Map<String, Set<String>> paths =
        WorkloadKind.BUILT_IN.stream()
            .filter(kind -> WATCHED.containsKey(kind.resource()))
            .collect(
                Collectors.toMap(
                    kind -> place.path(kind.group(), kind.version(), kind.resource()),
                    kind -> WATCHED.get(kind.resource())));
    WorkloadKind.Revisions revisions = WorkloadKind.CONTROLLER_REVISIONS;
    paths.put(place.path(revisions.group(), revisions.version(), revisions.resource()), ENDS);
    return paths;
  }

  public synchronized void start() {
    watching = true;
    paths.keySet().stream().filter(path -> !running.containsKey(path)).forEach(this::watch);
  }

  public synchronized void stop() {
    watching = false;
    List.copyOf(running.values()).forEach(watch -> watch.cancel(true));
  }

  private void watch(String path) {
    CompletableFuture<Void> watch = new CompletableFuture<>();
    running.put(path, watch);
    executor.execute(() -> begin(path, watch));
    watch.whenComplete((ended, cause) -> again(path, cause));
  }

  private void begin(String path, CompletableFuture<Void> watch) {
    try {
      String now =
          api.get(path + "?limit=1").orElseThrow().at("/metadata/resourceVersion").asText();
      api.watchMetadata(
          path + "?watch=true&resourceVersion=" + now + "&timeoutSeconds=" + SECONDS,
          paths.get(path),
          this::tell,
          watch);
    } catch (RuntimeException e) {
      watch.completeExceptionally(e);
    }
  }

  private void tell(JsonNode object) {
    userGone.accept(object.at("/metadata/namespace").asText());
  }

  private synchronized void again(String path, Throwable cause) {
    running.remove(path);
    if (watching) {
      if (cause != null) {
        LOG.warnf("what goes of %s is seen by the next sweep only: %s", path, words(cause));
      }
      Duration delay = cause == null ? BEFORE_NEXT : AFTER_FAILURE;
      executor.schedule(this::start, delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static String words(Throwable cause) {
    return cause instanceof ApiServerException ? cause.getMessage() : cause.toString();
  }
}
