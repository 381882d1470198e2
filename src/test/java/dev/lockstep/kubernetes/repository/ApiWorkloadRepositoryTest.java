package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiWorkloadRepositoryTest extends ApiServerTest {
  private static final WorkloadKind DEPLOYMENT = WorkloadKind.BUILT_IN.get(0);
  private static final JsonNode APP =
      json(
          """
          {"metadata": {"name": "app", "namespace": "shop", "uid": "u", "resourceVersion": "5"}}
          """);

  private ApiWorkloadRepository workloads;

  @BeforeEach
  void open() {
    workloads = new ApiWorkloadRepository(api);
  }

  @Test
  void aConfiguredKindNeedNotBeThere() {
    assertThat(workloads.all(WorkloadKind.ARGO_ROLLOUT, "shop")).isEmpty();
    server.answer(request -> FORBIDDEN);
    assertThat(workloads.all(WorkloadKind.ARGO_ROLLOUT, "shop")).isEmpty();
    server.answer(request -> AWAY);
    assertThatThrownBy(() -> workloads.all(WorkloadKind.ARGO_ROLLOUT, "shop"))
        .isInstanceOf(ApiServerException.class);
  }

  @Test
  void aBuiltInKindHasToBeThere() {
    assertThatThrownBy(() -> workloads.all(DEPLOYMENT, "shop"))
        .isInstanceOf(ApiServerException.class);
  }

  @Test
  void itemsSayWhatTheyAre() {
    server.answer(request -> Answer.ok(list("Deployment", "{\"metadata\":{}}")));
    assertThat(workloads.all(DEPLOYMENT, "shop"))
        .extracting(item -> item.path("kind").asText())
        .containsExactly("Deployment");
  }

  @Test
  void aRebindIsAnAnnotationOnTheWorkloadAsItWasRead() {
    server.answer(request -> Answer.ok("{\"kind\":\"Deployment\"}"));
    assertThat(workloads.rebind(DEPLOYMENT, APP, "configmap/a"))
        .contains(json("{\"kind\":\"Deployment\"}"));
    assertThat(last().path())
        .isEqualTo("/apis/apps/v1/namespaces/shop/deployments/app?fieldManager=lockstep");
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                {"metadata": {"uid": "u", "resourceVersion": "5",
                              "annotations": {"lockstep.dev/rebind": "configmap/a"}}}
                """));
  }

  @Test
  void whatSomebodyElseHasWrittenOrDeletedIsLeftToTheNextLook() {
    server.answer(request -> CONFLICT);
    assertThat(workloads.rebind(DEPLOYMENT, APP, "")).isEmpty();
    assertThat(workloads.annotate(DEPLOYMENT, APP, Map.of("a", Optional.empty()))).isFalse();
    server.answer(request -> NOT_THERE);
    assertThat(workloads.rebind(DEPLOYMENT, APP, "")).isEmpty();
    server.answer(request -> FORBIDDEN);
    assertThatThrownBy(() -> workloads.rebind(DEPLOYMENT, APP, ""))
        .isInstanceOf(ApiServerException.class);
  }
}
