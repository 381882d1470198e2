package dev.lockstep.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an informer remembers of objects. */
class ResourceVersionItemStoreTest {
  private final ResourceVersionItemStore<ConfigMap> store =
      new ResourceVersionItemStore<>(
          metadata -> new ConfigMapBuilder().withMetadata(metadata).build());

  private static ConfigMap app(String resourceVersion) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("app")
        .withResourceVersion(resourceVersion)
        .endMetadata()
        .withData(Map.of("FOO", "a"))
        .build();
  }

  private static ConfigMap remembered(String resourceVersion) {
    return new ConfigMapBuilder(app(resourceVersion)).withData(Map.of()).build();
  }

  @Test
  void nothingIsKeptButWhichObjectAndWhichState() {
    String key = store.getKey(app("1"));
    assertThat(key).isEqualTo("shop/app");
    assertThat(store.put(key, app("1"))).isNull();
    assertThat(store.put(key, app("2"))).isEqualTo(remembered("1"));
    assertThat(store.get(key)).isEqualTo(remembered("2"));
    assertThat(store.values()).containsExactly(remembered("2"));
    assertThat(store.isFullState()).isFalse();
  }

  @Test
  void whatIsGoneIsForgotten() {
    store.put("shop/app", app("1"));
    assertThat(store.remove("shop/app")).isEqualTo(remembered("1"));
    assertThat(store.remove("shop/app")).isNull();
    assertThat(store.get("shop/app")).isNull();
    assertThat(store.size()).isZero();
    assertThat(store.keySet()).isEmpty();
  }
}
