package dev.lockstep.kubernetes.watch;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Keeps of each watched object its name and which revision of it was seen, all that an informer
 * needs. What is asked for is an object that has just that: some 200 bytes each instead of 1,000.
 */
final class ResourceVersionItemStore<T extends HasMetadata> implements ItemStore<T> {
  /** By {@code NAMESPACE/NAME}. */
  private final Map<String, String> revisions = new ConcurrentHashMap<>();

  private final Function<ObjectMeta, T> object;

  /**
   * @param object one with this metadata, and nothing else
   */
  ResourceVersionItemStore(Function<ObjectMeta, T> object) {
    this.object = object;
  }

  @Override
  public String getKey(T item) {
    return Cache.metaNamespaceKeyFunc(item);
  }

  @Override
  public T put(String key, T item) {
    return objectOrNull(key, revisions.put(key, item.getMetadata().getResourceVersion()));
  }

  @Override
  public T remove(String key) {
    return objectOrNull(key, revisions.remove(key));
  }

  @Override
  public Stream<String> keySet() {
    return revisions.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return revisions.entrySet().stream().map(each -> objectOrNull(each.getKey(), each.getValue()));
  }

  @Override
  public int size() {
    return revisions.size();
  }

  @Override
  public T get(String key) {
    return objectOrNull(key, revisions.get(key));
  }

  @Override
  public boolean isFullState() {
    return false;
  }

  private T objectOrNull(String key, String revision) {
    if (revision == null) {
      return null;
    }
    int slash = key.indexOf('/');
    return object.apply(
        new ObjectMetaBuilder()
            .withNamespace(key.substring(0, slash))
            .withName(key.substring(slash + 1))
            .withResourceVersion(revision)
            .build());
  }
}
