package dev.lockstep.kubernetes.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.controller.queue.BackOff;
import dev.lockstep.simulation.VirtualTime;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A watch is opened again when it breaks off, and never after it was stopped. */
class RestartingWatchTest {
  private static final BackOff BACK_OFF = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(8));

  private final VirtualTime time = new VirtualTime();
  private final List<Watcher<GenericKubernetesResource>> opened = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private boolean fails;
  private int closed;
  private Runnable whileOpening = () -> {};
  private final RestartingWatch watch =
      new RestartingWatch(
          this::open, time.executor, Set.of(Watcher.Action.DELETED), told::add, BACK_OFF);

  private Watch open(Watcher<GenericKubernetesResource> watcher) {
    opened.add(watcher);
    whileOpening.run();
    if (fails) {
      throw new KubernetesClientException("refused");
    }
    return () -> closed++;
  }

  private void started() {
    watch.start();
    time.pass(Duration.ZERO);
  }

  private void breakOff() {
    opened.get(opened.size() - 1).onClose(new WatcherException("gone"));
  }

  @Test
  void itTellsOfTheNamespaceOfWhatWentAndOfNothingElse() {
    started();
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setMetadata(new ObjectMetaBuilder().withNamespace("shop").build());
    opened.get(0).eventReceived(Watcher.Action.MODIFIED, object);
    assertThat(told).isEmpty();
    opened.get(0).eventReceived(Watcher.Action.DELETED, object);
    assertThat(told).containsExactly("shop");
  }

  @Test
  void itIsOpenedAgainAfterItsPauseWhenItBreaksOff() {
    started();
    breakOff();
    time.pass(Duration.ofMillis(999));
    assertThat(opened).hasSize(1);
    time.pass(Duration.ofMillis(1));
    assertThat(opened).hasSize(2);
  }

  @Test
  void thePauseGrowsWithEachFailureAndBeginsAnewWithSuccess() {
    fails = true;
    started();
    time.pass(Duration.ofSeconds(1 + 2 + 4 + 8 + 8));
    assertThat(opened).hasSize(6);
    fails = false;
    time.pass(Duration.ofSeconds(8));
    assertThat(opened).hasSize(7);
    breakOff();
    time.pass(Duration.ofSeconds(1));
    assertThat(opened).hasSize(8);
  }

  @Test
  void whatBreaksOffTwiceIsOpenedOnce() {
    started();
    breakOff();
    breakOff();
    time.pass(Duration.ofSeconds(8));
    assertThat(opened).hasSize(2);
  }

  @Test
  void aStopAfterItBrokeOffIsForGood() {
    started();
    breakOff();
    watch.stop();
    time.pass(Duration.ofHours(1));
    assertThat(opened).hasSize(1);
  }

  @Test
  void aStopClosesIt() {
    started();
    watch.stop();
    assertThat(closed).isEqualTo(1);
    breakOff();
    time.pass(Duration.ofHours(1));
    assertThat(opened).hasSize(1);
  }

  @Test
  void aStopWhileItIsBeingOpenedClosesIt() {
    whileOpening = watch::stop;
    started();
    assertThat(closed).isEqualTo(1);
    time.pass(Duration.ofHours(1));
    assertThat(opened).hasSize(1);
  }

  @Test
  void aStopAndAStartLeaveOneWatch() {
    started();
    breakOff();
    watch.stop();
    watch.start();
    time.pass(Duration.ofHours(1));
    assertThat(opened).hasSize(2);
  }

  @Test
  void aSecondStartIsNone() {
    started();
    started();
    assertThat(opened).hasSize(1);
  }
}
