package dev.lockstep.observability.health;

import dev.lockstep.kubernetes.watch.WatchStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether a restart would help: a pool of threads does not get to its next task, or a watch hears
 * nothing although the API server answers. That the API server is away is no such reason.
 *
 * <p>{@link #beat} is called every so often by a thread of its own, since it may wait; {@link
 * #trouble} never does.
 */
public final class Watchdog {
  private final Clock clock;
  private final Duration tooLong;
  private final Supplier<List<WatchStatus>> watches;
  private final BooleanSupplier apiServerAnswers;
  private final Map<String, Beat> beats = new TreeMap<>();
  private volatile Instant lastBeat;
  private volatile Instant deafSince;

  /** A task that was given to a pool; {@code sent} is null when it has been done. */
  private static final class Beat {
    private final Executor pool;
    private volatile Instant sent;

    private Beat(Executor pool) {
      this.pool = pool;
    }

    private void send(Instant now) {
      if (sent != null) {
        return;
      }
      sent = now;
      try {
        pool.execute(() -> sent = null);
      } catch (RejectedExecutionException e) {
        // It is being stopped, and so are we.
        sent = null;
      }
    }
  }

  /**
   * @param pools whose tasks all end by themselves well before {@code tooLong}
   */
  public Watchdog(
      Clock clock,
      Duration tooLong,
      Map<String, Executor> pools,
      Supplier<List<WatchStatus>> watches,
      BooleanSupplier apiServerAnswers) {
    this.clock = clock;
    this.tooLong = tooLong;
    this.watches = watches;
    this.apiServerAnswers = apiServerAnswers;
    pools.forEach((name, pool) -> beats.put(name, new Beat(pool)));
    this.lastBeat = clock.instant();
  }

  public void beat() {
    Instant now = clock.instant();
    beats.values().forEach(beat -> beat.send(now));
    boolean isDeaf =
        watches.get().stream().anyMatch(watch -> !watch.hears().getAsBoolean())
            && apiServerAnswers.getAsBoolean();
    if (!isDeaf) {
      deafSince = null;
    } else if (deafSince == null) {
      deafSince = now;
    }
    lastBeat = clock.instant();
  }

  /** Why a restart would help, if it would. */
  public Optional<String> trouble() {
    if (isTooLongAgo(lastBeat)) {
      return Optional.of("nothing was looked at for " + tooLong.toSeconds() + " s");
    }
    if (watches.get().stream().anyMatch(watch -> !watch.runs().getAsBoolean())) {
      return Optional.of("a watch has ended");
    }
    if (isTooLongAgo(deafSince)) {
      return Optional.of("a watch has no connection, though the API server answers");
    }
    return beats.entrySet().stream()
        .filter(beat -> isTooLongAgo(beat.getValue().sent))
        .map(beat -> "the threads of " + beat.getKey() + " are stuck")
        .findFirst();
  }

  private boolean isTooLongAgo(Instant time) {
    return time != null && time.plus(tooLong).isBefore(clock.instant());
  }
}
