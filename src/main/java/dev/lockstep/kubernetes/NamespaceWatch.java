package dev.lockstep.kubernetes;

import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

  public void start() {
    informer.start();
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
    return known != null
        ? Optional.of(new OptedIn(namespace, annotations(known)))
        : api.get("/api/v1/namespaces/" + namespace)
            .filter(
                live -> Json.label(live, Keys.VERSIONING).filter(Keys.OPTED_IN::equals).isPresent())
            .map(live -> new OptedIn(namespace, Json.annotations(live)));
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
