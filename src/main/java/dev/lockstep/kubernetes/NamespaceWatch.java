package dev.lockstep.kubernetes;

import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows which namespaces are opted in. What repairs Lockstep must never wait for it, so the
 * cluster's own namespaces and ours never are.
 */
public final class NamespaceWatch implements Namespaces, AutoCloseable {
  private static final Set<String> NEVER = Set.of("kube-system", "kube-public", "kube-node-lease");

  private final ApiServer api;
  private final String ownNamespace;
  private final SharedIndexInformer<Namespace> informer;

  public NamespaceWatch(KubernetesClient client, ApiServer api, String ownNamespace) {
    this.api = api;
    this.ownNamespace = ownNamespace;
    this.informer =
        client.namespaces().withLabel(Keys.VERSIONING, Keys.OPTED_IN).runnableInformer(0);
    // Started when nothing answers yet, it goes on trying.
    informer.exceptionHandler((started, cause) -> true);
  }

  /** Who is told of what happens to namespaces, by their names. */
  public record Listener(
      Consumer<String> optedIn, Consumer<String> changed, Consumer<String> optedOut)
      implements ResourceEventHandler<Namespace> {
    @Override
    public void onAdd(Namespace namespace) {
      optedIn.accept(namespace.getMetadata().getName());
    }

    @Override
    public void onUpdate(Namespace before, Namespace namespace) {
      changed.accept(namespace.getMetadata().getName());
    }

    @Override
    public void onDelete(Namespace namespace, boolean stateUnknown) {
      optedOut.accept(namespace.getMetadata().getName());
    }
  }

  public void start(Listener listener) {
    informer.addEventHandler(listener);
    informer.start();
  }

  /** The names of all that are opted in. */
  public List<String> all() {
    return informer.getStore().list().stream()
        .map(namespace -> namespace.getMetadata().getName())
        .toList();
  }

  public Watched watched() {
    return Watched.of(informer);
  }

  public boolean isReady() {
    return informer.hasSynced();
  }

  @Override
  public Optional<OptedIn> optedIn(String namespace) {
    if (NEVER.contains(namespace) || namespace.equals(ownNamespace)) {
      return Optional.empty();
    }
    Namespace known = informer.getStore().getByKey(namespace);
    if (known != null && known.getMetadata().getDeletionTimestamp() != null) {
      // Nothing can be made there any more, and nothing must be in the way of its end.
      return Optional.empty();
    }
    return known != null
        ? Optional.of(new OptedIn(namespace, annotations(known)))
        : api.get("/api/v1/namespaces/" + namespace)
            .filter(
                live -> Json.label(live, Keys.VERSIONING).filter(Keys.OPTED_IN::equals).isPresent())
            .filter(live -> !live.path("metadata").has("deletionTimestamp"))
            .map(live -> new OptedIn(namespace, Json.annotations(live)));
  }

  /**
   * A live look.
   *
   * @throws dev.lockstep.version.ApiCallException if the API server does not answer
   */
  public boolean isTerminating(String namespace) {
    return api.get("/api/v1/namespaces/" + namespace)
        .filter(live -> !live.path("metadata").has("deletionTimestamp"))
        .isEmpty();
  }

  private static Map<String, String> annotations(Namespace namespace) {
    Map<String, String> annotations = namespace.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  @Override
  public void close() {
    informer.close();
  }
}
