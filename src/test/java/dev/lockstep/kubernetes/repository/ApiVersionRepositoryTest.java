package dev.lockstep.kubernetes.repository;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.kubernetes.FakeApiServer.Request;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import dev.lockstep.retention.RetentionCandidate;
import dev.lockstep.versioning.FakeCluster;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiVersionRepositoryTest extends ApiServerTest {
  private static final String PATH = "/api/v1/namespaces/shop/configmaps/app-v000";
  private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
  private static final WorkloadKind ROLLOUT = WorkloadKind.ARGO_ROLLOUT;

  private final FakeCluster cluster = new FakeCluster();
  private ObjectNode version;
  private RetentionCandidate candidate;
  private ApiVersionRepository versions;

  @BeforeEach
  void open() {
    cluster.write(configMap("app"), Map.of("FOO", "a"));
    cluster.versions.keepCurrent(configMap("app"), SHOP);
    version = (ObjectNode) cluster.find(configMap("app-v000")).orElseThrow();
    version
        .withObject("/metadata")
        .put("creationTimestamp", "2026-01-01T00:00:00Z")
        .put("uid", "u")
        .put("resourceVersion", "5");
    candidate = RetentionCandidate.of(HeadKind.CONFIG_MAP, version).orElseThrow();
    versions =
        new ApiVersionRepository(
            api,
            WorkloadKinds.with(List.of(ROLLOUT)),
            cluster.hasher,
            Set.of(HeadKind.CONFIG_MAP),
            Optional.empty());
  }

  /** The version is there, and this is the answer to whoever wants to change it. */
  private void changes(Answer answer) {
    server.answer(
        request -> request.method().equals("GET") ? Answer.ok(version.toString()) : answer);
  }

  @Test
  void aMarkCountsOnlyForTheVersionAsItWasRead() {
    changes(Answer.ok("{}"));
    assertThat(versions.mark(candidate, NOW)).isTrue();
    assertThat(last().path()).isEqualTo(PATH + "?fieldManager=lockstep");
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                {"metadata": {"uid": "u", "resourceVersion": "5",
                  "annotations": {"lockstep.dev/unused-since": "2026-01-02T00:00:00Z"}}}
                """));
    changes(CONFLICT);
    assertThat(versions.mark(candidate, NOW)).isFalse();
    changes(FORBIDDEN);
    assertThatThrownBy(() -> versions.mark(candidate, NOW)).isInstanceOf(ApiServerException.class);
  }

  @Test
  void whatOnlyLooksLikeAVersionIsNeitherMarkedNorDeleted() {
    version.withObject("/data").put("FOO", "somebody's own");
    changes(Answer.ok("{}"));
    assertThat(versions.mark(candidate, NOW)).isFalse();
    assertThat(versions.delete(candidate)).isFalse();
    assertThat(server.requests()).extracting(Request::method).containsOnly("GET");
  }

  @Test
  void aDeleteCountsOnlyForTheVersionAsItWasRead() {
    changes(Answer.ok("{}"));
    assertThat(versions.delete(candidate)).isTrue();
    assertThat(last().method()).isEqualTo("DELETE");
    assertThat(json(last().body()).path("preconditions"))
        .isEqualTo(json("{\"uid\": \"u\", \"resourceVersion\": \"5\"}"));
    changes(CONFLICT);
    assertThat(versions.delete(candidate)).isFalse();
    changes(NOT_THERE);
    assertThat(versions.delete(candidate)).isFalse();
  }

  @Test
  void anUnmarkTakesBothNotesOff() {
    changes(Answer.ok("{}"));
    versions.unmark(candidate);
    assertThat(json(last().body()).at("/metadata/annotations"))
        .isEqualTo(json("{\"lockstep.dev/unused-since\": null, \"lockstep.dev/unmarked\": null}"));
  }

  @Test
  void versionsAreFoundByTheirLabelAndWhatIsNoneIsLeftOut() {
    String stranger =
        "{\"metadata\":{\"name\":\"other\",\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}}";
    server.answer(request -> Answer.ok(list("ConfigMap", version.toString(), stranger)));
    assertThat(versions.all("shop")).containsExactly(candidate);
    assertThat(last().accept()).contains("as=PartialObjectMetadataList;");
    assertThat(query(last())).startsWith("labelSelector=lockstep.dev/role=version&limit=");
  }

  @Test
  void usersOfAKindThatIsNotInstalledAreNone() {
    server.answer(
        request -> place(request).contains("/rollouts") ? NOT_THERE : Answer.ok(list("Any", "{}")));
    AtomicInteger users = new AtomicInteger();
    versions.forEachUser("shop", user -> users.incrementAndGet() > 0);
    List<String> asked = server.requests().stream().map(ApiServerTest::place).toList();
    assertThat(asked).hasSize(users.get() + 1);
    assertThat(asked.indexOf("/apis/apps/v1/namespaces/shop/controllerrevisions"))
        .as("what makes pods is read before them")
        .isLessThan(asked.indexOf("/api/v1/namespaces/shop/pods"))
        .isGreaterThan(asked.indexOf("/apis/apps/v1/namespaces/shop/deployments"));
  }

  @Test
  void whatCanNotBeReadIsNoReasonToDelete() {
    server.answer(
        request -> place(request).contains("/rollouts") ? FORBIDDEN : Answer.ok(list("Any")));
    assertThatThrownBy(() -> versions.forEachUser("shop", user -> true))
        .isInstanceOf(ApiServerException.class);
    server.answer(
        request -> place(request).contains("/deployments") ? NOT_THERE : Answer.ok(list("Any")));
    assertThatThrownBy(() -> versions.forEachUser("shop", user -> true))
        .isInstanceOf(ApiServerException.class);
  }

  @Test
  void whoHasSeenEnoughAsksForNoMore() {
    server.answer(request -> Answer.ok(list("Any", "{}", "{}")));
    AtomicInteger users = new AtomicInteger();
    versions.forEachUser("shop", user -> users.incrementAndGet() < 3);
    assertThat(users).hasValue(3);
    assertThat(server.requests()).hasSize(2);
  }
}
