package dev.lockstep.webhook.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class FairExecutorTest {
  /** What runs; ends when it is told to. */
  private final Queue<Runnable> running = new ArrayDeque<>();

  private final List<String> ended = new ArrayList<>();
  private final FairExecutor executor = new FairExecutor(running::add, 8);

  @Test
  void oneNamespaceLeavesThreadsToOthers() {
    submit("noisy", 100);
    assertThat(running).hasSize(4);

    submit("other", 100);
    assertThat(running).hasSize(6);

    submit("third", 1);
    assertThat(running).hasSize(7);
  }

  @Test
  void whoComesIntoANoisyNeighbourhoodRunsAtOnce() {
    submit("noisy", 1000);
    int before = running.size();

    submit("quiet", 1);

    assertThat(running).hasSize(before + 1);
  }

  @Test
  void everythingRunsInTheEndEachNamespaceInItsOrder() {
    submit("a", 50);
    submit("b", 50);
    while (!running.isEmpty()) {
      running.remove().run();
    }

    assertThat(ended).hasSize(100);
    assertThat(ended.stream().filter(each -> each.startsWith("a")).toList()).isSorted();
    assertThat(ended.subList(0, 20)).anyMatch(each -> each.startsWith("b"));
  }

  @Test
  void whatFailsGivesItsThreadBack() {
    for (int i = 0; i < 100; i++) {
      executor.execute(
          "a",
          () -> {
            throw new IllegalStateException();
          });
      assertThatThrownBy(() -> running.remove().run()).isInstanceOf(IllegalStateException.class);
    }
    submit("a", 1);
    assertThat(running).hasSize(1);
  }

  @Test
  void withoutThreadsItSaysSo() {
    FairExecutor ending =
        new FairExecutor(
            task -> {
              throw new RejectedExecutionException();
            },
            8);

    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> ending.execute("a", () -> {}))
          .isInstanceOf(RejectedExecutionException.class);
    }
  }

  private void submit(String namespace, int tasks) {
    for (int i = 0; i < tasks; i++) {
      String name = namespace + "%03d".formatted(i);
      executor.execute(namespace, () -> ended.add(name));
    }
  }
}
