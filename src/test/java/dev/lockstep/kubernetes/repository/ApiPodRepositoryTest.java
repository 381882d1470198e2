package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import org.junit.jupiter.api.Test;

class ApiPodRepositoryTest extends ApiServerTest {
  private static final JsonNode POD =
      json(
          """
          {"metadata": {"name": "db-0", "namespace": "shop", "uid": "u", "resourceVersion": "5"}}
          """);

  @Test
  void thePodsOfAWorkloadAreThoseOfItsSelector() {
    server.answer(request -> Answer.ok(list("Pod", POD.toString())));
    JsonNode workload =
        json(
            """
            {"metadata": {"namespace": "shop"}, "spec": {"selector": {"matchLabels": {"a": "b"}}}}
            """);
    assertThat(new ApiPodRepository(api).of(workload)).hasSize(1);
    assertThat(place(last())).isEqualTo("/api/v1/namespaces/shop/pods");
    assertThat(query(last())).isEqualTo("labelSelector=a=b");
  }

  @Test
  void aPodIsDeletedAsItWasReadOrNotAtAll() {
    ApiPodRepository pods = new ApiPodRepository(api);
    server.answer(request -> Answer.ok("{}"));
    pods.delete(POD);
    assertThat(json(last().body()).path("preconditions"))
        .isEqualTo(json("{\"uid\": \"u\", \"resourceVersion\": \"5\"}"));
    server.answer(request -> CONFLICT);
    assertThatCode(() -> pods.delete(POD)).doesNotThrowAnyException();
    server.answer(request -> NOT_THERE);
    assertThatCode(() -> pods.delete(POD)).doesNotThrowAnyException();
    server.answer(request -> FORBIDDEN);
    assertThatThrownBy(() -> pods.delete(POD)).isInstanceOf(ApiServerException.class);
  }
}
