package dev.lockstep.callers;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Decides what is due, so that at each moment every replica serves every path by which an API
 * server may call: a path is in the Secret for a while before it is in the configurations, and
 * stays in the Secret for a while after.
 *
 * @param lifetime of a path
 * @param settling how long replicas take to learn of the Secret, and API servers of configurations
 */
public record PathPlan(Duration lifetime, Duration settling) {
  /** How long a path is served that is not current any more. */
  static final Duration OVERLAP = Duration.ofHours(1);

  /** How long API servers may take to learn of a configuration, on a machine that is busy. */
  static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  /** Between two paths, however often one was shown to somebody. */
  static final Duration SHORTEST = Duration.ofMinutes(10);

  /**
   * What a replica sees, and has seen.
   *
   * @param configured by what each webhook is called; empty for what is no path of ours
   * @param nextSince when this replica first saw the next path in the Secret
   * @param shown when somebody may have seen the current path: a call that gets no answer tells it
   *     to who made the request
   */
  record Seen(
      PathState state,
      List<Optional<PathPrefix>> configured,
      Optional<Instant> nextSince,
      Instant shown) {}

  public PathPlan {
    if (lifetime.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException(
          "lockstep.paths.lifetime (%s) has to be at least %s".formatted(lifetime, SHORTEST));
    }
  }

  /** One step; what comes after it is found by asking again. */
  PathStep due(Instant now, Seen seen, Supplier<PathPrefix> random) {
    PathState state = seen.state();
    if (state.next().isPresent() && isSettled(seen.nextSince(), now)) {
      return new PathStep.Keep(
          state.promoted(now, now.plus(OVERLAP)), "the webhooks' next path is the current one");
    }
    if (state.next().isEmpty() && isNextDue(now, seen)) {
      return new PathStep.Keep(state.with(random.get()), "made the webhooks' next path");
    }
    return tell(now, seen).or(() -> forget(now, seen)).orElseGet(PathStep.Rest::new);
  }

  private boolean isSettled(Optional<Instant> since, Instant now) {
    return since.filter(first -> !now.isBefore(first.plus(settling))).isPresent();
  }

  private boolean isNextDue(Instant now, Seen seen) {
    PathState state = seen.state();
    return state.current().isEmpty()
        || !now.isBefore(state.since().plus(lifetime))
        || seen.shown().isAfter(state.since()) && !now.isBefore(state.since().plus(SHORTEST));
  }

  /** What is in the configurations is in the Secret before it is replaced. */
  private Optional<PathStep> tell(Instant now, Seen seen) {
    PathState state = seen.state();
    if (state.current().isEmpty() || seen.configured().stream().allMatch(state.current()::equals)) {
      return Optional.empty();
    }
    Map<PathPrefix, Instant> replaced = new HashMap<>();
    for (Optional<PathPrefix> each : seen.configured()) {
      each.filter(prefix -> !state.current().equals(each))
          .filter(
              prefix ->
                  state.former().getOrDefault(prefix, Instant.EPOCH).isBefore(now.plus(settling)))
          .ifPresent(prefix -> replaced.put(prefix, now.plus(overlap(prefix))));
    }
    return Optional.of(
        replaced.isEmpty()
            ? new PathStep.Tell(state.current().get())
            : new PathStep.Keep(
                state.admitting(replaced), "API servers may still call by " + replaced.keySet()));
  }

  /** What everybody knows is served no longer than API servers take to learn of the path. */
  private Duration overlap(PathPrefix prefix) {
    return prefix.isSecret() ? OVERLAP : LONGEST_DELAY.plus(settling);
  }

  private static Optional<PathStep> forget(Instant now, Seen seen) {
    PathState state = seen.state();
    Set<PathPrefix> over =
        state.former().entrySet().stream()
            .filter(entry -> entry.getValue().isBefore(now))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    return over.isEmpty()
        ? Optional.empty()
        : Optional.of(new PathStep.Keep(state.forgetting(over), "former paths are forgotten"));
  }
}
