package dev.lockstep.versioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.HeadKind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Room in ResourceQuotas. */
class QuotaCheckTest {

  private static JsonNode quota(String name, String counted, String hard, String used) {
    ObjectNode quota = JsonNodeFactory.instance.objectNode();
    quota.putObject("metadata").put("name", name);
    ObjectNode status = quota.putObject("status");
    status.putObject("hard").put(counted, hard);
    status.putObject("used").put(counted, used);
    return quota;
  }

  @ParameterizedTest
  @CsvSource({
    "configmaps,       3,  2, true",
    "count/configmaps, 3,  2, true",
    "configmaps,       3,  1, false",
    "configmaps,       3,  4, true",
    "configmaps,       1k, 999, true",
    "configmaps,       1k, 998, false",
    "configmaps,       2M, 1500k, false",
    "secrets,          3,  2, false",
    "pods,             0,  0, false",
    "configmaps,       1500m, 1, false"
  })
  void aQuotaWithLessRoomThanIsNeededIsExceeded(
      String counted, String hard, String used, boolean exceeded) {
    assertThat(
            QuotaCheck.exceeded(List.of(quota("few", counted, hard, used)), HeadKind.CONFIG_MAP, 2)
                .isPresent())
        .isEqualTo(exceeded);
  }

  @Test
  void theFirstThatIsExceededIsToldInTheApiServersWords() {
    List<JsonNode> quotas =
        List.of(
            quota("wide", "count/secrets", "10", "1"),
            quota("few", "count/secrets", "4", "3"),
            quota("fewer", "count/secrets", "3", "3"));

    assertThat(QuotaCheck.exceeded(quotas, HeadKind.SECRET, 2))
        .contains(
            "exceeded quota: few, requested: count/secrets=2,"
                + " used: count/secrets=3, limited: count/secrets=4");
  }

  @Test
  void onlyTheHeadsFirstWriteAsksForRoomForTwo() {
    FakeCluster cluster = new FakeCluster();
    cluster.write(FakeCluster.configMap("app-config"), Map.of("FOO", "a"));
    cluster.calls.clear();

    cluster.write(FakeCluster.configMap("app-config"), Map.of("FOO", "b"));

    assertThat(cluster.calls).isNotEmpty().doesNotContain("quotas");
  }
}
