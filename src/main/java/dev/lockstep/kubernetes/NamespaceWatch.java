package dev.lockstep.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.OptedIn;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows which namespaces are opted in. What repairs Lockstep must never wait for it, so the
 * cluster's own namespaces and ours never are.
 */
public final class NamespaceWatch implements Namespaces, AutoCloseable {
  private static final Set<String> NEVER = Set.of("kube-system", "kube-public", "kube-node-lease");

  private final NamespaceSource source;
  private final ApiServer api;
  private final String ownNamespace;
  private final Set<HeadKind> served;

  private NamespaceWatch(
      NamespaceSource source, ApiServer api, String ownNamespace, Set<HeadKind> served) {
    this.source = source;
    this.api = api;
    this.ownNamespace = ownNamespace;
    this.served = Set.copyOf(served);
  }

  /** Every namespace of the cluster can be opted in. */
  public static NamespaceWatch ofAll(
      KubernetesClient client, ApiServer api, String ownNamespace, Set<HeadKind> served) {
    return new NamespaceWatch(new WatchedNamespaces(client), api, ownNamespace, served);
  }

  /**
   * Only these can be opted in.
   *
   * @param heads watched in each of them that exists, opted in or not
   */
  public static NamespaceWatch of(
      Set<String> names,
      ApiServer api,
      String ownNamespace,
      Set<HeadKind> served,
      HeadWatch heads) {
    return new NamespaceWatch(new ListedNamespaces(names, api, heads), api, ownNamespace, served);
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

  public Watched watched() {
    return source.watched();
  }

  public boolean isReady() {
    return source.isReady();
  }

  @Override
  public Optional<OptedIn> optedIn(String namespace) {
    if (isNever(namespace)) {
      return Optional.empty();
    }
    Optional<NamespaceSource.Known> known = source.find(namespace);
    if (known.isPresent()) {
      // Where it ends nothing can be made any more, and nothing must be in the way of that.
      return known
          .filter(found -> !found.ends())
          .map(found -> new OptedIn(namespace, found.annotations(), served));
    }
    return live(namespace)
        .filter(live -> Json.label(live, Keys.VERSIONING).filter(Keys.OPTED_IN::equals).isPresent())
        .map(live -> new OptedIn(namespace, Json.annotations(live), served));
  }

  /**
   * The same, and besides every other namespace that could be opted in: it may have been once.
   *
   * @throws dev.lockstep.version.ApiCallException if the API server does not answer
   */
  public Optional<OptedIn> optedInOrLeft(String namespace) {
    return isNever(namespace)
        ? Optional.empty()
        : optedIn(namespace)
            .or(
                () ->
                    live(namespace)
                        .map(left -> new OptedIn(namespace, Json.annotations(left), served)));
  }

  private boolean isNever(String namespace) {
    return NEVER.contains(namespace) || namespace.equals(ownNamespace) || !source.mayBe(namespace);
  }

  /** As it is now, if it is not on its way out. */
  private Optional<JsonNode> live(String namespace) {
    return api.get(Paths.namespace(namespace))
        .filter(live -> !live.path("metadata").has("deletionTimestamp"));
  }

  /**
   * A live look.
   *
   * @throws dev.lockstep.version.ApiCallException if the API server does not answer
   */
  public boolean isTerminating(String namespace) {
    return live(namespace).isEmpty();
  }

  @Override
  public void close() {
    source.close();
  }
}
