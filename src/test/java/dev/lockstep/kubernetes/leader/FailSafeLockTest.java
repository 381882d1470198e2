package dev.lockstep.kubernetes.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What electors see of a lease that is not as it should be. */
class FailSafeLockTest {
  private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
  private static final LeaderElectionRecord HELD =
      new LeaderElectionRecord("a", Duration.ofSeconds(15), NOW, NOW, 1);

  private record Lease(Supplier<LeaderElectionRecord> record) implements Lock {
    @Override
    public LeaderElectionRecord get(KubernetesClient client) {
      return record.get();
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord written) {
      record.get();
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord written) {
      record.get();
    }

    @Override
    public String identity() {
      return "me";
    }

    @Override
    public String describe() {
      return "a lease";
    }
  }

  private static Lock lock(Supplier<LeaderElectionRecord> record) {
    return new FailSafeLock(new Lease(record));
  }

  private static Lock failing(RuntimeException failure) {
    return lock(
        () -> {
          throw failure;
        });
  }

  @Test
  void aLeaseIsReadAsItIs() {
    Lock lock = lock(() -> HELD);
    assertThat(lock.get(null)).isSameAs(HELD);
    assertThat(lock.identity()).isEqualTo("me");
    assertThat(lock.describe()).isEqualTo("a lease");
  }

  @Test
  void aLeaseThatLacksAFieldIsNobodysAndHasRunOut() {
    LeaderElectionRecord record = failing(new NullPointerException()).get(null);
    assertThat(record.getHolderIdentity()).isEmpty();
    assertThat(record.getRenewTime()).isBefore(NOW.minusYears(1));
  }

  @Test
  void whatElectorsExpectPasses() {
    KubernetesClientException expected = new KubernetesClientException("no answer");
    assertThatThrownBy(() -> failing(expected).get(null)).isSameAs(expected);
  }

  @Test
  void whatWouldEndAnElectorBecomesWhatItExpects() {
    Lock lock = failing(new IllegalStateException("the client is closed"));
    assertThatThrownBy(() -> lock.get(null)).isInstanceOf(KubernetesClientException.class);
    assertThatThrownBy(() -> lock.create(null, HELD)).isInstanceOf(KubernetesClientException.class);
    assertThatThrownBy(() -> lock.update(null, HELD))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessage("the lease can't be used: the client is closed");
  }
}
