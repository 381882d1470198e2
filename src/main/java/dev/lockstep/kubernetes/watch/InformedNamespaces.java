package dev.lockstep.kubernetes.watch;

import dev.lockstep.model.Labels;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All namespaces of the cluster, by a watch of those that are labelled. */
final class InformedNamespaces implements NamespaceSource {
  private final SharedIndexInformer<Namespace> informer;

  InformedNamespaces(KubernetesClient client) {
    informer =
        client.namespaces().withLabel(Labels.VERSIONING, Labels.OPTED_IN).runnableInformer(0);
    // Started when nothing answers yet, it goes on trying.
    informer.exceptionHandler((started, cause) -> true);
  }

  private record Handler(NamespaceWatcher.Listener listener)
      implements ResourceEventHandler<Namespace> {
    @Override
    public void onAdd(Namespace namespace) {
      listener.optedIn().accept(namespace.getMetadata().getName());
    }

    @Override
    public void onUpdate(Namespace before, Namespace namespace) {
      listener.changed().accept(namespace.getMetadata().getName());
    }

    @Override
    public void onDelete(Namespace namespace, boolean stateUnknown) {
      listener.optedOut().accept(namespace.getMetadata().getName());
    }
  }

  @Override
  public void start(NamespaceWatcher.Listener listener) {
    informer.addEventHandler(new Handler(listener));
    informer.start();
  }

  @Override
  public WatchStatus watched() {
    return WatchStatus.of(informer);
  }

  @Override
  public boolean isReady() {
    return informer.hasSynced();
  }

  @Override
  public boolean mayBe(String namespace) {
    return true;
  }

  @Override
  public Optional<Known> find(String namespace) {
    return Optional.ofNullable(informer.getStore().getByKey(namespace))
        .map(InformedNamespaces::known);
  }

  @Override
  public List<Known> all() {
    return informer.getStore().list().stream().map(InformedNamespaces::known).toList();
  }

  private static Known known(Namespace namespace) {
    Map<String, String> annotations = namespace.getMetadata().getAnnotations();
    return new Known(
        namespace.getMetadata().getName(),
        annotations == null ? Map.of() : annotations,
        namespace.getMetadata().getDeletionTimestamp() != null);
  }

  @Override
  public void close() {
    informer.close();
  }
}
