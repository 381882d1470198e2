package dev.lockstep.retention;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.FakeCluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionDeletionGuardTest {
  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app"},
       "spec": {"template": {"metadata": {}, "spec": {"containers": [
         {"name": "main", "envFrom": [{"configMapRef": {"name": "%s"}}]}]}}}}
      """;

  private final ObjectKey version = configMap("app-config-v000");
  private final FakeCluster cluster = new FakeCluster();
  private final List<JsonNode> users = new ArrayList<>();
  private boolean wasLookedAt;
  private boolean isOptedIn = true;

  private final VersionDeletionGuard guard =
      new VersionDeletionGuard(
          (namespace, wantsMore) -> {
            wasLookedAt = true;
            users.forEach(wantsMore::test);
          },
          name -> isOptedIn ? Optional.of(SHOP) : Optional.empty(),
          cluster,
          cluster.hasher,
          WorkloadKinds.with(List.of()));

  @BeforeEach
  void aVersion() {
    cluster.write(configMap("app-config"), Map.of("FOO", "a"));
    cluster.versions.resolve(configMap("app-config"), SHOP, false);
  }

  private static ObjectNode user(String json) {
    try {
      return (ObjectNode) new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private void isAllowedWithoutALook(ObjectKey id) {
    users.add(user(DEPLOYMENT.formatted(id.name())));
    guard.mayDelete(id);
    assertThat(wasLookedAt).isFalse();
  }

  @Test
  void whatSomebodyUsesIsDenied() {
    users.add(user(DEPLOYMENT.formatted("app-config-v000")));
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> guard.mayDelete(version))
        .withMessageContaining("it is used by Deployment app. To delete it all the same");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"volumes": [
          {"name": "v", "configMap": {"name": "app-config-v000"}}]}}
        """,
        """
        {"kind": "ControllerRevision", "metadata": {"name": "r"}, "data": {"spec": {"template":
          {"spec": {"volumes": [{"name": "v", "configMap": {"name": "app-config-v000"}}]}}}}}
        """,
        """
        {"kind": "ReplicaSet", "metadata": {"name": "r", "annotations":
          {"lockstep.dev/baseline": "configmap/app-config=v000"}}}
        """
      })
  void everyPlaceOfAReferenceCountsAndWhatIsNotedOnRevisions(String user) {
    users.add(user(user));
    assertThatExceptionOfType(AdmissionDeniedException.class)
        .isThrownBy(() -> guard.mayDelete(version));
  }

  @Test
  void whereNobodyOptedInNothingIsLookedAt() {
    isOptedIn = false;
    isAllowedWithoutALook(version);
  }

  @Test
  void whatIsNoVersionAsItIsPersistedIsNotLookedAt() {
    ObjectKey secret = configMap("tr0ub4dor-3");
    isAllowedWithoutALook(secret);
    cluster.put(secret, object(secret, Map.of("FOO", "a")));
    isAllowedWithoutALook(secret);
  }

  @Test
  void aStringThatIsNoReferenceTellsNothing() {
    users.add(
        user(
            """
            {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [
              {"name": "m", "env": [{"name": "PASSWORD", "value": "app-config-v000"}]}]}}
            """));
    guard.mayDelete(version);
    assertThat(wasLookedAt).isTrue();
  }

  @Test
  void whoIsOnTheWayOutUsesNothing() {
    ObjectNode leaving = user(DEPLOYMENT.formatted("app-config-v000"));
    leaving.withObject("/metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
    users.add(leaving);
    guard.mayDelete(version);
  }

  @Test
  void whoeverAskedForItMayDelete() {
    ObjectNode allowed = (ObjectNode) cluster.find(version).orElseThrow();
    allowed.withObject("/metadata/annotations").put(Annotations.ALLOW_DELETE, "true");
    cluster.put(version, allowed);
    isAllowedWithoutALook(version);
  }
}
