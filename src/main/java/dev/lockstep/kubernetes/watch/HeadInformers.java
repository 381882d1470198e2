package dev.lockstep.kubernetes.watch;

import dev.lockstep.kubernetes.client.PartialMetadataInterceptor;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Watches the heads of the cluster, or of some namespaces, by their label. What they hold is not
 * even asked for.
 */
public final class HeadInformers implements AutoCloseable {

  /** One informer, and the kind of what it sees. */
  private record Watch(HeadKind kind, SharedIndexInformer<?> informer) {}

  private static final String ALL = "";

  /** Each can have 256 KiB of annotations, until they are left out. */
  private static final long PAGE = 100;

  private final KubernetesClient client;
  private final Set<HeadKind> kinds;
  private final Map<String, List<Watch>> watches = new ConcurrentHashMap<>();
  private volatile Listener listener;

  /**
   * @param kinds those that are watched
   */
  public HeadInformers(Config config, Set<HeadKind> kinds) {
    this.client = PartialMetadataInterceptor.client(config);
    this.kinds = Set.copyOf(kinds);
  }

  private record Listener(
      Consumer<ObjectKey> added, Consumer<ObjectKey> changed, Consumer<ObjectKey> gone) {}

  /**
   * To be called before anything is watched.
   *
   * @param added told of each head that appears
   * @param changed told of each head that changes
   * @param gone told of each head that is deleted, or no head any more
   */
  public void start(
      Consumer<ObjectKey> added, Consumer<ObjectKey> changed, Consumer<ObjectKey> gone) {
    listener = new Listener(added, changed, gone);
  }

  /** Watches the whole cluster. */
  public void watchAll() {
    watch(ALL);
  }

  /** Watches this namespace, if it isn't yet. */
  void watch(String namespace) {
    watches.computeIfAbsent(namespace, this::begin);
  }

  private List<Watch> begin(String namespace) {
    return kinds.stream()
        .map(
            kind ->
                new Watch(
                    kind,
                    switch (kind) {
                      case CONFIG_MAP ->
                          begin(
                              kind,
                              ConfigMap.class,
                              namespace,
                              metadata -> new ConfigMapBuilder().withMetadata(metadata).build());
                      case SECRET ->
                          begin(
                              kind,
                              Secret.class,
                              namespace,
                              metadata -> new SecretBuilder().withMetadata(metadata).build());
                    }))
        .toList();
  }

  private <T extends HasMetadata> SharedIndexInformer<T> begin(
      HeadKind kind, Class<T> type, String namespace, Function<ObjectMeta, T> object) {
    var heads = client.resources(type);
    SharedIndexInformer<T> informer =
        (namespace.equals(ALL)
                ? heads.inAnyNamespace().withLabel(Labels.ROLE, Labels.HEAD_ROLE)
                : heads.inNamespace(namespace).withLabel(Labels.ROLE, Labels.HEAD_ROLE))
            .withLimit(PAGE)
            .runnableInformer(0)
            .itemStore(new ResourceVersionItemStore<>(object));
    informer.exceptionHandler((started, cause) -> true);
    informer.addEventHandler(new Handler<>(kind, listener));
    informer.start();
    return informer;
  }

  /** Of a namespace that is not there any more: its watches would try for ever. */
  void unwatch(String namespace) {
    List<Watch> ended = watches.remove(namespace);
    if (ended != null) {
      ended.forEach(watch -> watch.informer().close());
    }
  }

  /** Which of them are connected and which have ended for good. */
  public Stream<WatchStatus> watched() {
    return informers().stream().map(watch -> WatchStatus.of(watch.informer()));
  }

  public boolean isReady() {
    return informers().stream().allMatch(watch -> watch.informer().hasSynced());
  }

  /** Every head that is known now. */
  public List<ObjectKey> all() {
    return informers().stream()
        .flatMap(
            watch ->
                watch.informer().getStore().listKeys().stream().map(key -> id(watch.kind(), key)))
        .toList();
  }

  private static ObjectKey id(HeadKind kind, String key) {
    int slash = key.indexOf('/');
    return new ObjectKey(kind, key.substring(0, slash), key.substring(slash + 1));
  }

  private List<Watch> informers() {
    return watches.values().stream().flatMap(List::stream).toList();
  }

  private static ObjectKey id(HeadKind kind, HasMetadata head) {
    return new ObjectKey(kind, head.getMetadata().getNamespace(), head.getMetadata().getName());
  }

  private record Handler<T extends HasMetadata>(HeadKind kind, Listener listener)
      implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T head) {
      listener.added().accept(id(kind, head));
    }

    @Override
    public void onUpdate(T before, T head) {
      listener.changed().accept(id(kind, head));
    }

    @Override
    public void onDelete(T head, boolean stateUnknown) {
      listener.gone().accept(id(kind, head));
    }
  }

  @Override
  public void close() {
    informers().forEach(watch -> watch.informer().close());
    client.close();
  }
}
