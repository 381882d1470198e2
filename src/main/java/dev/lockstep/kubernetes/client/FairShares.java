package dev.lockstep.kubernetes.client;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ReadScope;
import dev.lockstep.model.RequestDeadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares an amount between namespaces: one may have as much as is left besides, so half of all if
 * it is alone. Who has least comes first.
 */
final class FairShares implements ReadScope.Shares {
  private final long all;
  private final Duration longest;
  private final Map<String, Long> held = new HashMap<>();
  private final List<Waiter> waiting = new ArrayList<>();
  private long used;

  /**
   * @param longest to wait, where nothing says by when a request has to be answered
   */
  FairShares(long all, Duration longest) {
    this.all = all;
    this.longest = longest;
  }

  private record Waiter(String namespace, long amount) {}

  @Override
  public Runnable take(String namespace, long amount) {
    long wanted = Math.min(amount, all);
    long end = System.nanoTime() + RequestDeadline.timeFor(longest).toNanos();
    synchronized (this) {
      Waiter me = new Waiter(namespace, wanted);
      waiting.add(me);
      try {
        while (!isNext(me)) {
          long millis = (end - System.nanoTime()) / 1_000_000;
          if (millis <= 0) {
            throw new ApiServerException(
                ApiServerException.NO_ANSWER, "too much is looked up for this namespace at once");
          }
          wait(millis);
        }
        held.merge(namespace, wanted, Long::sum);
        used += wanted;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ApiServerException(ApiServerException.NO_ANSWER, "interrupted");
      } finally {
        waiting.removeIf(each -> each == me);
        notifyAll();
      }
    }
    return () -> giveBack(namespace, wanted);
  }

  private boolean isNext(Waiter me) {
    return fits(me)
        && waiting.stream()
            .takeWhile(each -> each != me)
            .noneMatch(each -> holds(each) <= holds(me) && fits(each))
        && waiting.stream().noneMatch(each -> holds(each) < holds(me) && fits(each));
  }

  private long holds(Waiter waiter) {
    return held.getOrDefault(waiter.namespace(), 0L);
  }

  /** What is more than half of all has to wait until it is alone. */
  private boolean fits(Waiter waiter) {
    return used == 0 || holds(waiter) + waiter.amount() <= all - used;
  }

  private synchronized void giveBack(String namespace, long amount) {
    used -= amount;
    held.merge(namespace, -amount, (before, less) -> before + less == 0 ? null : before + less);
    notifyAll();
  }
}
