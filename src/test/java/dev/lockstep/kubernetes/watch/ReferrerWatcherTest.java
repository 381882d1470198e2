package dev.lockstep.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kubernetes.FakeApiServer;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.kubernetes.client.PartialMetadataInterceptor;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked for, and what becomes of events, by the client's own watch. */
class ReferrerWatcherTest {
  private static final String LIST =
      "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\","
          + "\"metadata\":{\"resourceVersion\":\"77\"},\"items\":[]}";

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
  private FakeApiServer server;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        new FakeApiServer(
            request -> request.path().contains("watch=true") ? Answer.WATCH : Answer.ok(LIST));
    client = PartialMetadataInterceptor.client(server.config());
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
    client.close();
    server.close();
  }

  private static void send(OutputStream watch, String type) throws IOException {
    String event =
        "{\"type\":\"%s\",\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{\"name\":\"a\",\"namespace\":\"shop\",\"resourceVersion\":\"78\"}}}\n";
    watch.write(event.formatted(type).getBytes(StandardCharsets.UTF_8));
    watch.flush();
  }

  @Test
  void itWatchesMetadataFromNowOnInEachNamespaceThatItMayAndTellsOfWhatWent() throws Exception {
    ReferrerWatcher watcher =
        new ReferrerWatcher(client, Optional.of(Set.of("shop")), executor, told::add);
    watcher.start();
    List<OutputStream> watches = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      watches.add(server.nextWatch());
    }
    for (OutputStream watch : watches) {
      send(watch, "DELETED");
    }
    for (int i = 0; i < watches.size(); i++) {
      assertThat(told.poll(1, TimeUnit.MINUTES)).isEqualTo("shop");
    }
    List<FakeApiServer.Request> opened =
        server.requests().stream().filter(r -> r.path().contains("watch=true")).toList();
    assertThat(opened)
        .extracting(request -> request.path().replaceAll("\\?.*", ""))
        .containsExactlyInAnyOrder(
            "/api/v1/namespaces/shop/replicationcontrollers",
            "/api/v1/namespaces/shop/podtemplates",
            "/apis/apps/v1/namespaces/shop/replicasets",
            "/apis/apps/v1/namespaces/shop/controllerrevisions",
            "/apis/batch/v1/namespaces/shop/jobs",
            "/apis/batch/v1/namespaces/shop/cronjobs");
    assertThat(opened)
        .allMatch(request -> request.path().contains("resourceVersion=77"))
        .allMatch(request -> request.accept().contains("as=PartialObjectMetadata;"));
    watcher.stop();
  }
}
