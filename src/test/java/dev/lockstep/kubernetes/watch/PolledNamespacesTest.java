package dev.lockstep.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.kubernetes.FakeApiServer;
import dev.lockstep.kubernetes.FakeApiServer.Answer;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.simulation.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of namespaces that are read again and again. */
class PolledNamespacesTest {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final VirtualTime time = new VirtualTime();
  private final List<String> told = new ArrayList<>();
  private FakeApiServer server;
  private KubeApiClient api;
  private PolledNamespaces namespaces;

  @BeforeEach
  void start() throws IOException {
    server = new FakeApiServer(request -> Answer.status(404, "not found"));
    api = new KubeApiClient(server.config(), (verb, resource, code, nanos) -> {});
    namespaces =
        new PolledNamespaces(Set.of("shop"), api, new HeadInformers(null, Set.of()), time.executor);
    namespaces.start(
        new NamespaceListener(
            name -> told.add(name + " in"),
            name -> told.add(name + " changed"),
            name -> told.add(name + " out")));
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private void look(Answer answer) {
    server.answer(request -> answer);
    time.pass(PAUSE);
  }

  private static Answer labelled(String uid, String more) {
    return Answer.ok(
        """
        {"metadata": {"name": "shop", "uid": "%s", "labels": {"lockstep.dev/versioning": "enabled"}%s}}
        """
            .formatted(uid, more));
  }

  @Test
  void itIsReadyWhenAllHaveBeenSeenOnce() {
    look(Answer.status(503, "not now"));
    assertThat(namespaces.isReady()).isFalse();
    look(Answer.status(404, "not found"));
    assertThat(namespaces.isReady()).isTrue();
    look(Answer.status(503, "not now"));
    assertThat(namespaces.isReady()).isTrue();
  }

  @Test
  void eachChangeIsToldOnce() {
    look(labelled("u", ""));
    look(labelled("u", ""));
    assertThat(told).containsExactly("shop in");
    assertThat(namespaces.find("shop"))
        .contains(new NamespaceSource.Known("shop", "u", Map.of(), false));

    look(labelled("u", ", \"annotations\": {\"a\": \"b\"}"));
    assertThat(told).containsExactly("shop in", "shop changed");

    look(Answer.ok("{\"metadata\": {\"name\": \"shop\", \"uid\": \"u\"}}"));
    look(Answer.ok("{\"metadata\": {\"name\": \"shop\", \"uid\": \"u\"}}"));
    assertThat(told).containsExactly("shop in", "shop changed", "shop out");
    assertThat(namespaces.all()).isEmpty();
  }

  @Test
  void oneThatWasMadeAgainMeanwhileIsAnother() {
    look(labelled("u", ""));
    look(labelled("v", ""));
    assertThat(told).containsExactly("shop in", "shop in");
  }

  @Test
  void whatIsNotToBeSeenAnyMoreIsGoneWithItsRole() {
    look(labelled("u", ""));
    look(Answer.status(403, "no right"));
    assertThat(told).containsExactly("shop in", "shop out");
  }

  @Test
  void withoutAnAnswerCountsWhatWasKnown() {
    look(labelled("u", ""));
    look(Answer.status(503, "not now"));
    assertThat(told).containsExactly("shop in");
    assertThat(namespaces.find("shop")).isPresent();
  }

  @Test
  void noOtherCanBeOptedIn() {
    assertThat(namespaces.mayBe("shop")).isTrue();
    assertThat(namespaces.mayBe("other")).isFalse();
  }
}
