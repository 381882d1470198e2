package dev.lockstep.kubernetes;

import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Keys;
import dev.lockstep.version.ObjectId;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Watches all heads of the cluster, by their label. What they hold is not kept. */
public final class HeadWatch implements AutoCloseable {
  private final SharedIndexInformer<ConfigMap> configMaps;
  private final SharedIndexInformer<Secret> secrets;

  public HeadWatch(KubernetesClient client) {
    configMaps =
        client
            .configMaps()
            .inAnyNamespace()
            .withLabel(Keys.ROLE, Keys.HEAD_ROLE)
            .runnableInformer(0)
            .itemStore(
                new BodilessStore<>(
                    head -> new ConfigMapBuilder().withMetadata(slim(head)).build()));
    secrets =
        client
            .secrets()
            .inAnyNamespace()
            .withLabel(Keys.ROLE, Keys.HEAD_ROLE)
            .runnableInformer(0)
            .itemStore(
                new BodilessStore<>(head -> new SecretBuilder().withMetadata(slim(head)).build()));
    both().forEach(informer -> informer.exceptionHandler((started, cause) -> true));
  }

  /**
   * @param added told of each head that appears
   * @param changed told of each head that changes
   * @param gone told of each head that is deleted, or no head any more
   */
  public void start(Consumer<ObjectId> added, Consumer<ObjectId> changed, Consumer<ObjectId> gone) {
    configMaps.addEventHandler(new Handler<>(HeadKind.CONFIG_MAP, added, changed, gone));
    secrets.addEventHandler(new Handler<>(HeadKind.SECRET, added, changed, gone));
    both().forEach(SharedIndexInformer::start);
  }

  /** Which of them are connected and which have ended for good. */
  public Stream<Watched> watched() {
    return both().map(Watched::of);
  }

  public boolean isReady() {
    return both().allMatch(SharedIndexInformer::hasSynced);
  }

  /** Every head that is known now. */
  public List<ObjectId> all() {
    return Stream.concat(
            configMaps.getStore().list().stream().map(head -> id(HeadKind.CONFIG_MAP, head)),
            secrets.getStore().list().stream().map(head -> id(HeadKind.SECRET, head)))
        .toList();
  }

  private Stream<SharedIndexInformer<?>> both() {
    return Stream.of(configMaps, secrets);
  }

  private static ObjectMeta slim(HasMetadata head) {
    ObjectMeta full = head.getMetadata();
    return new ObjectMetaBuilder()
        .withNamespace(full.getNamespace())
        .withName(full.getName())
        .withUid(full.getUid())
        .withResourceVersion(full.getResourceVersion())
        .build();
  }

  private static ObjectId id(HeadKind kind, HasMetadata head) {
    return new ObjectId(kind, head.getMetadata().getNamespace(), head.getMetadata().getName());
  }

  private record Handler<T extends HasMetadata>(
      HeadKind kind, Consumer<ObjectId> added, Consumer<ObjectId> changed, Consumer<ObjectId> gone)
      implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T head) {
      added.accept(id(kind, head));
    }

    @Override
    public void onUpdate(T before, T head) {
      changed.accept(id(kind, head));
    }

    @Override
    public void onDelete(T head, boolean stateUnknown) {
      gone.accept(id(kind, head));
    }
  }

  @Override
  public void close() {
    both().forEach(SharedIndexInformer::close);
  }
}
