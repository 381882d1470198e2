package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiRevisionsTest extends ApiServerTest {
  private static final WorkloadKind DEPLOYMENT = WorkloadKind.BUILT_IN.get(0);
  private static final WorkloadKind.Revisions REPLICA_SETS = DEPLOYMENT.revisions().orElseThrow();
  private static final WorkloadKind.Revisions CONTROLLER_REVISIONS =
      WorkloadKind.CONTROLLER_REVISIONS;
  private static final JsonNode REVISION =
      json("{\"metadata\": {\"name\": \"app-1\", \"namespace\": \"shop\"}}");

  private ApiRevisionHistory history;
  private ApiRevisionRepository revisions;

  @BeforeEach
  void open() {
    history = new ApiRevisionHistory(api);
    revisions = new ApiRevisionRepository(api, history);
  }

  @Test
  void revisionsAreThoseThatTheWorkloadOwnsAmongThoseOfItsSelector() {
    String own =
        """
        {"metadata": {"name": "own", "ownerReferences": [{"uid": "u"}]},
         "spec": {"template": {"spec": {}}}}
        """;
    String other = "{\"metadata\": {\"ownerReferences\": [{\"uid\": \"v\"}]}}";
    String nobodys = "{\"metadata\": {}}";
    server.answer(request -> Answer.ok(list("ReplicaSet", own, other, nobodys)));
    JsonNode app =
        json(
            """
            {"metadata": {"name": "app", "namespace": "shop", "uid": "u"},
             "spec": {"selector": {"matchLabels": {"app": "a"}, "matchExpressions": [
               {"key": "tier", "operator": "In", "values": ["x", "y"]},
               {"key": "old", "operator": "DoesNotExist"}]}}}
            """);
    List<Revision> found = revisions.of(DEPLOYMENT, app);
    assertThat(found).extracting(Revision::template).containsExactly(json("{\"spec\": {}}"));
    assertThat(place(last())).isEqualTo("/apis/apps/v1/namespaces/shop/replicasets");
    assertThat(query(last())).isEqualTo("labelSelector=app=a,tier in (x,y),!old");
  }

  @Test
  void aKindThatKeepsNoneIsNotAskedFor() {
    WorkloadKind job =
        WorkloadKind.BUILT_IN.stream()
            .filter(kind -> kind.resource().equals("jobs"))
            .findFirst()
            .orElseThrow();
    assertThat(history.of(job, "shop", json("{}"))).isEmpty();
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void numbersOfReplicaSetsAreMetadataAndThoseOfControllerRevisionsAreNot() {
    server.answer(request -> Answer.ok(list("Any")));
    revisions.numbered(REPLICA_SETS, "shop");
    assertThat(last().accept()).contains("PartialObjectMetadata");
    revisions.numbered(CONTROLLER_REVISIONS, "shop");
    assertThat(last().accept()).doesNotContain("PartialObjectMetadata");
  }

  @Test
  void whatAnUndoGoesOverHasALastNumber() {
    server.answer(request -> Answer.ok("{}"));
    revisions.putLast(REPLICA_SETS, REVISION);
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                "{\"metadata\": {\"annotations\": {\"deployment.kubernetes.io/revision\": \"-1\"}}}"));
    revisions.putLast(CONTROLLER_REVISIONS, REVISION);
    assertThat(json(last().body())).isEqualTo(json("{\"revision\": 0}"));
    assertThat(last().path())
        .isEqualTo("/apis/apps/v1/namespaces/shop/controllerrevisions/app-1?fieldManager=lockstep");
  }

  @Test
  void anAnnotationIsSetOrTakenOffAndSaysIfTheRevisionIsGone() {
    server.answer(request -> Answer.ok("{}"));
    assertThat(
            revisions.annotate(
                REPLICA_SETS, REVISION, Map.of("a", Optional.of("1"), "b", Optional.empty())))
        .isTrue();
    assertThat(json(last().body()))
        .isEqualTo(json("{\"metadata\": {\"annotations\": {\"a\": \"1\", \"b\": null}}}"));
    server.answer(request -> NOT_THERE);
    assertThat(revisions.annotate(REPLICA_SETS, REVISION, Map.of())).isFalse();
    server.answer(request -> FORBIDDEN);
    assertThatThrownBy(() -> revisions.annotate(REPLICA_SETS, REVISION, Map.of()))
        .isInstanceOf(ApiServerException.class);
  }
}
