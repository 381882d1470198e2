package dev.lockstep.kubernetes.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ReadScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FairSharesTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void oneNamespaceLeavesHalfToOthers() {
    FairShares shares = new FairShares(8, AT_ONCE);
    for (int i = 0; i < 4; i++) {
      shares.take("noisy", 1);
    }

    assertThatThrownBy(() -> shares.take("noisy", 1)).isInstanceOf(ApiServerException.class);
    shares.take("quiet", 2);
  }

  @Test
  void whatIsMoreThanHalfIsGivenToWhoIsAlone() {
    FairShares shares = new FairShares(10, AT_ONCE);
    Runnable first = shares.take("a", 1);

    assertThatThrownBy(() -> shares.take("b", 100)).isInstanceOf(ApiServerException.class);
    first.run();
    Runnable all = shares.take("b", 100);
    assertThatThrownBy(() -> shares.take("a", 1)).isInstanceOf(ApiServerException.class);
    all.run();
    shares.take("a", 1);
  }

  @Test
  void whoHasLeastComesFirst() {
    FairShares shares = new FairShares(4, LONG);
    Runnable noisy = shares.take("noisy", 2);
    Runnable quiet = shares.take("quiet", 1);
    List<String> got = new ArrayList<>();
    CompletableFuture<Void> more =
        CompletableFuture.runAsync(
            () -> {
              shares.take("noisy", 2);
              got.add("noisy");
            });
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(
            () -> {
              shares.take("third", 2);
              got.add("third");
            });

    quiet.run();
    other.join();
    assertThat(got).containsExactly("third");
    noisy.run();
    more.join();
    assertThat(got).containsExactly("third", "noisy");
  }

  @Test
  void aLookUpTakesOnceAndGivesBackAtItsEnd() {
    AtomicLong held = new AtomicLong();
    ReadScope.Shares shares =
        (namespace, amount) -> {
          held.addAndGet(amount);
          return () -> held.addAndGet(-amount);
        };

    long during =
        ReadScope.within(
            "shop",
            () -> {
              ReadScope.expect(shares, 100);
              ReadScope.expect(shares, 100);
              return held.get();
            });
    ReadScope.expect(shares, 100);

    assertThat(during).isEqualTo(100);
    assertThat(held.get()).isZero();
  }
}
