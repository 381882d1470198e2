package dev.lockstep.controller.revision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StuckPodsTest {
  private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Set<String> SUPERSEDED = Set.of("db-1");

  private final List<JsonNode> pods = new ArrayList<>();
  private final List<String> deleted = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private boolean mayDelete = true;

  private final StuckPods stuckPods =
      new StuckPods(
          new PodRepository() {
            @Override
            public List<JsonNode> of(JsonNode workload) {
              return pods;
            }

            @Override
            public void delete(JsonNode pod) {
              if (!mayDelete) {
                throw new ApiServerException(403, "no right");
              }
              deleted.add(KubernetesJson.name(pod));
            }
          },
          (object, severity, reason, message) -> told.add(reason + " " + message));

  private static ObjectNode statefulSet() {
    ObjectNode set = JsonNodeFactory.instance.objectNode();
    set.withObject("/metadata").put("name", "db").put("uid", "db");
    return set;
  }

  private ObjectNode pod(String name, String revision, String ready, long secondsLater) {
    ObjectNode pod = JsonNodeFactory.instance.objectNode();
    pod.withObject("/metadata").put("name", name);
    pod.withArray("/metadata/ownerReferences").addObject().put("uid", "db");
    pod.withObject("/metadata/labels").put("controller-revision-hash", revision);
    var conditions = pod.withArray("/status/conditions");
    conditions
        .addObject()
        .put("type", "PodScheduled")
        .put("status", "True")
        .put("lastTransitionTime", BEGUN.toString());
    conditions
        .addObject()
        .put("type", "Ready")
        .put("status", ready)
        .put("lastTransitionTime", BEGUN.plusSeconds(secondsLater).toString());
    pods.add(pod);
    return pod;
  }

  @Test
  void whatWasNeverReadyIsDeletedOneAfterTheOther() {
    pod("db-0", "db-1", "False", 1);
    pod("db-1", "db-1", "False", 1);
    assertThat(stuckPods.free(statefulSet(), SUPERSEDED)).isTrue();
    assertThat(deleted).containsExactly("db-1");
  }

  @Test
  void whatEndsAlreadyIsWaitedFor() {
    pod("db-0", "db-1", "False", 1)
        .withObject("/metadata")
        .put("deletionTimestamp", BEGUN.toString());
    assertThat(stuckPods.free(statefulSet(), SUPERSEDED)).isTrue();
    assertThat(deleted).isEmpty();
  }

  @Test
  void whatIsOrWasReadyStaysAndSoDoOtherRevisionsPods() {
    pod("db-0", "db-1", "True", 5);
    pod("db-1", "db-1", "False", 60);
    pod("db-2", "db-2", "False", 1);
    assertThat(stuckPods.free(statefulSet(), SUPERSEDED)).isFalse();
    assertThat(stuckPods.free(statefulSet(), Set.of())).isFalse();
    assertThat(deleted).isEmpty();
  }

  @Test
  void whatIsMadeInParallelIsReplacedByItsController() {
    pod("db-0", "db-1", "False", 1);
    ObjectNode parallel = statefulSet();
    parallel.putObject("spec").put("podManagementPolicy", "Parallel");
    assertThat(stuckPods.free(parallel, SUPERSEDED)).isFalse();
    assertThat(deleted).isEmpty();
  }

  @Test
  void withoutTheRightToTheCommandIsTold() {
    mayDelete = false;
    pod("db-0", "db-1", "False", 1);
    assertThat(stuckPods.free(statefulSet(), SUPERSEDED)).isFalse();
    assertThat(told).hasSize(1);
    assertThat(told.get(0)).startsWith("PodStuck ").endsWith("kubectl delete pod db-0");
  }
}
