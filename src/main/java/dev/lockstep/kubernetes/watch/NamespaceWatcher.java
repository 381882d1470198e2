package dev.lockstep.kubernetes.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.versioning.ManagedNamespaces;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows which namespaces are opted in. What repairs Lockstep must never wait for it, so the
 * cluster's own namespaces and ours never are.
 */
public final class NamespaceWatcher implements ManagedNamespaces, AutoCloseable {
  private static final Set<String> NEVER = Set.of("kube-system", "kube-public", "kube-node-lease");

  private final NamespaceSource source;
  private final KubeApiClient api;
  private final String ownNamespace;
  private final Set<HeadKind> served;

  private NamespaceWatcher(
      NamespaceSource source, KubeApiClient api, String ownNamespace, Set<HeadKind> served) {
    this.source = source;
    this.api = api;
    this.ownNamespace = ownNamespace;
    this.served = Set.copyOf(served);
  }

  /** Every namespace of the cluster can be opted in. */
  public static NamespaceWatcher ofAll(
      KubernetesClient client, KubeApiClient api, String ownNamespace, Set<HeadKind> served) {
    return new NamespaceWatcher(new InformedNamespaces(client), api, ownNamespace, served);
  }

  /**
   * Only these can be opted in.
   *
   * @param heads watched in each of them that exists, opted in or not
   */
  public static NamespaceWatcher of(
      Set<String> names,
      KubeApiClient api,
      String ownNamespace,
      Set<HeadKind> served,
      HeadInformers heads) {
    return new NamespaceWatcher(new PolledNamespaces(names, api, heads), api, ownNamespace, served);
  }

  /** Who is told of what happens to namespaces, by their names. */
  public record Listener(
      Consumer<String> optedIn, Consumer<String> changed, Consumer<String> optedOut) {}

  public void start(Listener listener) {
    source.start(listener);
  }

  /** The names of all that are opted in. */
  public List<String> all() {
    return source.all().stream().map(NamespaceSource.Known::name).toList();
  }

  public WatchStatus watched() {
    return source.watched();
  }

  public boolean isReady() {
    return source.isReady();
  }

  @Override
  public Optional<ManagedNamespace> optedIn(String namespace) {
    if (isNever(namespace)) {
      return Optional.empty();
    }
    Optional<NamespaceSource.Known> known = source.find(namespace);
    if (known.isPresent()) {
      // Where it ends nothing can be made any more, and nothing must be in the way of that.
      return known
          .filter(found -> !found.ends())
          .map(found -> new ManagedNamespace(namespace, found.annotations(), served));
    }
    return live(namespace)
        .filter(
            live ->
                KubernetesJson.label(live, Labels.VERSIONING)
                    .filter(Labels.OPTED_IN::equals)
                    .isPresent())
        .map(live -> new ManagedNamespace(namespace, KubernetesJson.annotations(live), served));
  }

  /**
   * The same, and besides every other namespace that could be opted in: it may have been once.
   *
   * @throws dev.lockstep.model.ApiServerException if the API server does not answer
   */
  public Optional<ManagedNamespace> optedInOrLeft(String namespace) {
    return isNever(namespace)
        ? Optional.empty()
        : optedIn(namespace)
            .or(
                () ->
                    live(namespace)
                        .map(
                            left ->
                                new ManagedNamespace(
                                    namespace, KubernetesJson.annotations(left), served)));
  }

  private boolean isNever(String namespace) {
    return NEVER.contains(namespace) || namespace.equals(ownNamespace) || !source.mayBe(namespace);
  }

  /** As it is now, if it is not on its way out. */
  private Optional<JsonNode> live(String namespace) {
    return api.get(ApiPaths.namespace(namespace))
        .filter(live -> !live.path("metadata").has("deletionTimestamp"));
  }

  /**
   * A live look.
   *
   * @throws dev.lockstep.model.ApiServerException if the API server does not answer
   */
  public boolean isTerminating(String namespace) {
    return live(namespace).isEmpty();
  }

  @Override
  public void close() {
    source.close();
  }
}
