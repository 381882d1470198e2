package dev.lockstep.callers;

import dev.lockstep.callers.WebhookConfigurations.Called;
import dev.lockstep.logging.LogOnChange;
import dev.lockstep.model.ApiServerException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Sees to it that API servers call by a secret path, and that it is served. Any replica does what
 * is due. Two at once are no harm: a write counts only if nobody has written since what it was
 * decided from was read.
 */
public final class PathKeeper {
  private static final Logger LOG = Logger.getLogger(PathKeeper.class);

  /** More than it takes from nothing to a path, also if somebody else is faster at each. */
  private static final int STEPS_OF_A_LOOK = 10;

  private final PathStore store;
  private final WebhookConfigurations configurations;
  private final PathPlan plan;
  private final boolean isFixed;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final ServedPaths served = new ServedPaths();
  private final LogOnChange complaint = new LogOnChange(LOG);
  private final Map<PathPrefix, Instant> lastConfigured = new HashMap<>();
  private Optional<PathPrefix> lastNext = Optional.empty();
  private Optional<Instant> nextSince = Optional.empty();
  private PathState lastState = PathState.NONE;
  private volatile Instant shown;

  /**
   * Nothing is served before the first look.
   *
   * @param isFixed whether the configurations are left with the paths of the first release, which
   *     are served as well
   */
  public PathKeeper(
      PathStore store,
      WebhookConfigurations configurations,
      PathPlan plan,
      boolean isFixed,
      Clock clock) {
    this.store = store;
    this.configurations = configurations;
    this.plan = plan;
    this.isFixed = isFixed;
    this.clock = clock;
    // While this server was not there, calls that reached nobody were told with their path.
    this.shown = clock.instant();
  }

  private record Seen(List<Called> called, PathStore.Kept kept, PathState state) {
    List<Optional<PathPrefix>> configured() {
      return called.stream().map(Called::prefix).toList();
    }
  }

  public ServedPaths served() {
    return served;
  }

  /** Somebody may have seen the path: a call of it got no answer. */
  public void shown() {
    shown = clock.instant();
  }

  /** To be called every so often: sees what is to be served, and does what is due. */
  public synchronized void look() {
    try {
      Seen seen = read();
      for (int i = 0; i < STEPS_OF_A_LOOK && !isFixed && takeStep(seen); i++) {
        seen = read();
      }
      complaint.over();
    } catch (ApiServerException e) {
      failed(e);
    }
  }

  /** Sees what is to be served now, and does nothing. */
  public synchronized void refresh() {
    try {
      read();
    } catch (ApiServerException e) {
      failed(e);
    }
  }

  private void failed(ApiServerException e) {
    complaint.about("the webhooks' path can't be looked after: " + e.getMessage());
  }

  private Seen read() {
    Instant now = clock.instant();
    List<Called> called = configurations(now);
    PathStore.Kept kept = kept(now);
    lastState = PathCodec.read(kept.texts());
    if (!lastState.next().equals(lastNext)) {
      lastNext = lastState.next();
      nextSince = lastState.next().map(next -> now);
    }
    serve(lastState, now);
    return new Seen(called, kept, lastState);
  }

  /**
   * Without the right to see how they are called, a server answers as it would without a secret
   * path. Where there is no answer, what was seen last counts.
   */
  private List<Called> configurations(Instant now) {
    try {
      List<Called> called = configurations.read();
      called.forEach(each -> each.prefix().ifPresent(prefix -> lastConfigured.put(prefix, now)));
      lastConfigured.values().removeIf(last -> last.plus(plan.settling()).isBefore(now));
      return called;
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        lastConfigured.put(PathPrefix.ROOT, now);
        lastConfigured.put(PathPrefix.FIXED, now);
        serve(lastState, now);
      }
      throw e;
    }
  }

  private PathStore.Kept kept(Instant now) {
    try {
      return store.read();
    } catch (ApiServerException e) {
      serve(lastState, now);
      throw e;
    }
  }

  private void serve(PathState state, Instant now) {
    Set<PathPrefix> all = new HashSet<>(lastConfigured.keySet());
    state.current().ifPresent(all::add);
    state.next().ifPresent(all::add);
    state
        .former()
        .forEach(
            (prefix, until) -> {
              if (now.isBefore(until)) {
                all.add(prefix);
              }
            });
    if (isFixed) {
      all.add(PathPrefix.FIXED);
    }
    served.serve(all);
  }

  /**
   * @return whether there may be more to do
   */
  private boolean takeStep(Seen seen) {
    PathStep step =
        plan.due(
            clock.instant(),
            new PathPlan.Seen(seen.state(), seen.configured(), nextSince, shown),
            () -> PathPrefix.random(random));
    return step.applyTo(
        new PathStep.Actions() {
          @Override
          public void keep(PathState state, String why) {
            if (store.write(seen.kept(), PathCodec.write(state))) {
              LOG.info(why);
            }
          }

          @Override
          public void tell(PathPrefix prefix) {
            if (configurations.write(seen.called(), prefix)) {
              LOG.info("the webhook configurations have the webhooks' current path");
            }
          }
        });
  }
}
