package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiHeadRepositoryTest extends ApiServerTest {
  private static final ManagedNamespace CONFIG_MAPS =
      new ManagedNamespace("shop", Map.of(), Set.of(HeadKind.CONFIG_MAP));
  private static final HeadRef APP = new HeadRef(HeadKind.CONFIG_MAP, "app");

  private ApiHeadRepository heads;

  @BeforeEach
  void open() {
    heads = new ApiHeadRepository(api);
  }

  @Test
  void theMetadataOfAHeadSayItsVersionAndWhoBroughtWhatItHoldsAndWhen() {
    String head =
        """
        {"metadata": {"name": "app", "labels": {"lockstep.dev/version": "v003"},
          "annotations": {"lockstep.dev/changed-by": "jane", "lockstep.dev/rollback": "current"},
          "managedFields": [
            {"time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:data": {"f:FOO": {}}}},
            {"time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:metadata": {}}}]}}
        """;
    String unstamped = "{\"metadata\": {\"name\": \"b\"}}";
    server.answer(request -> Answer.ok(list("ConfigMap", head, unstamped)));
    assertThat(heads.current(CONFIG_MAPS))
        .isEqualTo(
            Map.of(
                APP,
                new CurrentHead(
                    VersionNumber.parse("v003").orElseThrow(),
                    Optional.of("jane"),
                    Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                    true)));
    assertThat(last().accept()).contains("PartialObjectMetadata");
  }

  @Test
  void aKindThatTheNamespaceLeavesOutIsNotAskedFor() {
    server.answer(request -> Answer.ok(list("ConfigMap")));
    heads.current(CONFIG_MAPS);
    heads.versions(CONFIG_MAPS);
    assertThat(server.requests())
        .extracting(ApiServerTest::place)
        .containsOnly("/api/v1/namespaces/shop/configmaps");
  }

  @Test
  void versionsComeByHeadAndByAge() {
    String version =
        "{\"metadata\": {\"name\": \"%s\", \"creationTimestamp\": \"2026-01-0%dT00:00:00Z\"}}";
    server.answer(
        request ->
            Answer.ok(
                list(
                    "ConfigMap",
                    version.formatted("app-v001", 2),
                    version.formatted("app-v000", 1),
                    version.formatted("no-version", 1))));
    assertThat(heads.versions(CONFIG_MAPS).keySet()).containsExactly(APP);
    assertThat(heads.versions(CONFIG_MAPS).get(APP))
        .extracting(MadeVersion::number)
        .extracting(Object::toString)
        .containsExactly("v000", "v001");
  }
}
