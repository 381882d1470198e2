package dev.lockstep.kubernetes.repository;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionStore.Creation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiVersionStoreTest extends ApiServerTest {
  private static final ObjectKey HEAD = configMap("app");
  private static final ObjectKey VERSION = configMap("app-v000");
  private static final ContentHash HASH = ContentHash.parse("a1-" + "0".repeat(32)).orElseThrow();

  private final List<HeadKind> made = new ArrayList<>();
  private ApiVersionStore store;

  private final class Made implements VersionListener {
    @Override
    public void made(HeadKind kind) {
      made.add(kind);
    }

    @Override
    public void reused(HeadKind kind) {
      throw new AssertionError("a store does not know that");
    }
  }

  @BeforeEach
  void open() {
    store =
        new ApiVersionStore(
            api,
            Set.of(HeadKind.CONFIG_MAP),
            (namespace, wantsMore) -> {
              throw new AssertionError("nobody asked for users");
            },
            new Made());
  }

  @Test
  void aKindThatThereAreNoRightsToIsNotThere() {
    assertThat(store.get(secret("app"))).isEmpty();
    assertThat(server.requests()).isEmpty();
    assertThat(store.get(HEAD)).isEmpty();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aVersionThatIsWrittenIsCounted() {
    server.answer(request -> new Answer(201, "{}"));
    assertThat(store.create(VERSION, json("{}"), false)).isInstanceOf(Creation.Created.class);
    assertThat(last().path()).isEqualTo("/api/v1/namespaces/shop/configmaps?fieldManager=lockstep");
    assertThat(made).containsExactly(HeadKind.CONFIG_MAP);
  }

  @Test
  void aDryRunWritesNothingAndCountsNothing() {
    server.answer(request -> new Answer(201, "{}"));
    assertThat(store.create(VERSION, json("{}"), true)).isInstanceOf(Creation.Created.class);
    assertThat(query(last())).isEqualTo("fieldManager=lockstep&dryRun=All");
    assertThat(made).isEmpty();
  }

  @Test
  void whyAVersionCouldNotBeMadeIsToldApart() {
    server.answer(request -> CONFLICT);
    assertThat(store.create(VERSION, json("{}"), false)).isInstanceOf(Creation.NameTaken.class);
    server.answer(request -> FORBIDDEN);
    assertThat(store.create(VERSION, json("{}"), false))
        .isInstanceOfSatisfying(
            Creation.Failed.class, failed -> assertThat(failed.cause().code()).isEqualTo(403));
    assertThat(made).isEmpty();
  }

  @Test
  void versionsOfAContentAreFoundByTheirLabels() {
    server.answer(
        request -> Answer.ok(list("ConfigMap", "{\"metadata\":{\"name\":\"app-v000\"}}")));
    assertThat(store.versionsWith(HEAD, HASH, Optional.empty()))
        .containsExactly(
            json(
                "{\"metadata\":{\"name\":\"app-v000\"},\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}"));
    assertThat(query(last()))
        .isEqualTo(
            "labelSelector=lockstep.dev/role=version,lockstep.dev/head=app,lockstep.dev/content="
                + HASH);
  }

  @Test
  void theApiServersCacheIsAskedOnlyForWhatIsKnownToHaveBeen() {
    server.answer(request -> Answer.ok(list("ConfigMap")));
    store.versionsWith(HEAD, HASH, Optional.of("9"));
    assertThat(query(last())).doesNotContain("resourceVersion");
    store.versionsWith(HEAD, HASH, Optional.of("9"));
    assertThat(query(last())).endsWith("&resourceVersionMatch=NotOlderThan&resourceVersion=9");
    store.versionsWith(HEAD, HASH, Optional.of("11"));
    assertThat(query(last())).doesNotContain("resourceVersion");
  }

  @Test
  void aStampIsAskedForByAnAnnotation() {
    server.answer(request -> Answer.ok("{}"));
    store.requestStamp(HEAD, VersionNumber.parse("v003"), true);
    assertThat(last().method()).isEqualTo("PATCH");
    assertThat(query(last())).isEqualTo("fieldManager=lockstep&dryRun=All");
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                {"metadata": {"labels": {"lockstep.dev/role": "head"},
                              "annotations": {"lockstep.dev/restamp": "v003"}}}
                """));
  }

  @Test
  void anUnmarkedVersionIsThereGoneOrRefused() {
    server.answer(request -> Answer.ok("{}"));
    assertThat(store.unmark(VERSION, 2)).isTrue();
    assertThat(json(last().body()))
        .isEqualTo(
            json(
                """
                {"metadata": {"annotations": {"lockstep.dev/unused-since": null,
                                              "lockstep.dev/unmarked": "2"}}}
                """));
    server.answer(request -> NOT_THERE);
    assertThat(store.unmark(VERSION, 2)).isFalse();
    server.answer(request -> FORBIDDEN);
    assertThatThrownBy(() -> store.unmark(VERSION, 2)).isInstanceOf(ApiServerException.class);
  }

  @Test
  void whatIsLeftOutLosesEveryPartOfItsStamp() {
    server.answer(request -> Answer.ok("{}"));
    store.unstamp(HEAD);
    var metadata = json(last().body()).path("metadata");
    assertThat(metadata.path("labels").has("lockstep.dev/version")).isTrue();
    assertThat(metadata.path("labels")).allMatch(value -> value.isNull());
    assertThat(metadata.path("annotations")).isNotEmpty().allMatch(value -> value.isNull());
    assertThat(last().method()).isEqualTo("PATCH");
  }
}
