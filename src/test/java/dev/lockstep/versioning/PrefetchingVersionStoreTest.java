package dev.lockstep.versioning;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.VersionStore.Creation;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchingVersionStoreTest {
  private static final ObjectKey ID = configMap("app-config");

  private final FakeCluster cluster = new FakeCluster();

  /** At once, when it is too late, and never. */
  private static Executor executor(String when) {
    return switch (when) {
      case "at once" -> Runnable::run;
      case "never" -> task -> {};
      default ->
          task -> {
            throw new RejectedExecutionException();
          };
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"at once", "never", "rejected"})
  void whatWasForeseenIsAskedOnceWhoeverDoesIt(String when) {
    cluster.write(ID, Map.of("FOO", "bar"));
    cluster.calls.clear();
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(cluster, executor(when));
    ahead.prefetchGet(ID);
    assertThat(ahead.get(ID)).isEqualTo(cluster.find(ID));
    assertThat(cluster.calls).hasSize(1);
  }

  @Test
  void anAnswerIsGivenOnceSoThatALaterLookSeesWhatChanged() {
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(cluster, Runnable::run);
    ahead.prefetchGet(ID);
    cluster.write(ID, Map.of("FOO", "bar"));
    assertThat(ahead.get(ID)).isEmpty();
    assertThat(ahead.get(ID)).isPresent();
  }

  @Test
  void onlyTheVeryCreateThatWasForeseenIsTakenAsDone() {
    ObjectKey version = configMap("app-config-v000");
    ObjectNode object = FakeCluster.object(version, Map.of("FOO", "bar"));
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(cluster, Runnable::run);
    ahead.prefetchDryRun(version, object);
    cluster.refused = id -> true;
    assertThat(ahead.create(version, FakeCluster.object(version, Map.of("FOO", "baz")), true))
        .isInstanceOf(Creation.Failed.class);
    assertThat(ahead.create(version, object, false)).isInstanceOf(Creation.Failed.class);
    assertThat(ahead.create(version, object, true)).isInstanceOf(Creation.Created.class);
    assertThat(cluster.find(version)).as("under dry run").isEmpty();
  }

  @Test
  void aCallThatFailsDoesSoForWhoAsksForIt() {
    VersionStore refusing =
        (VersionStore)
            Proxy.newProxyInstance(
                VersionStore.class.getClassLoader(),
                new Class<?>[] {VersionStore.class},
                (proxy, method, arguments) -> {
                  throw new ApiServerException(403, "no");
                });
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(refusing, Runnable::run);
    ahead.prefetchGet(ID);
    assertThatThrownBy(() -> ahead.get(ID)).isInstanceOf(ApiServerException.class);
  }
}
