package dev.lockstep.callers;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.simulation.SuppliedClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A Secret, webhook configurations, API servers that learn of them later, and a clock. */
final class FakeApi {
  static final Duration PERIOD = Duration.ofSeconds(5);
  static final PathPlan PLAN = new PathPlan(Duration.ofDays(1), PERIOD.multipliedBy(3));

  private Map<WebhookPath, String> configured = new EnumMap<>(WebhookPath.class);
  private Optional<Map<String, String>> secret = Optional.empty();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int secretVersion;
  private int configurationVersion;
  private boolean mayRead = true;

  FakeApi() {
    configure(PathPrefix.ROOT);
  }

  /** A replica that starts now. */
  PathKeeper replica() {
    return replica(false);
  }

  PathKeeper replica(boolean isFixed) {
    Clock clock = new SuppliedClock(() -> now);
    return new PathKeeper(store, configurations, PLAN, isFixed, clock);
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** Somebody writes all of it, as Helm and backups do. */
  void configure(PathPrefix prefix) {
    for (WebhookPath webhook : WebhookPath.values()) {
      configured.put(webhook, prefix.before(webhook));
    }
    configurationVersion++;
  }

  void restore(Map<WebhookPath, String> before) {
    configured = new EnumMap<>(before);
    configurationVersion++;
  }

  void deleteSecret() {
    secret = Optional.empty();
  }

  void mayRead(boolean may) {
    mayRead = may;
  }

  /** What an API server calls by that has learned of it now. */
  Map<WebhookPath, String> learned() {
    return new EnumMap<>(configured);
  }

  Map<String, String> secret() {
    return secret.orElse(Map.of());
  }

  /** Whether a call by this path is answered, after a look where the replica is not sure. */
  static boolean answers(PathKeeper replica, String path) {
    if (replica.served().match(path) instanceof ServedPaths.Match.Unknown) {
      replica.refresh();
    }
    return replica.served().match(path) instanceof ServedPaths.Match.Webhook;
  }

  private final PathStore store =
      new PathStore() {
        @Override
        public Kept read() {
          return secret
              .map(texts -> new Kept(Optional.of("" + secretVersion), texts))
              .orElse(Kept.NOTHING);
        }

        @Override
        public boolean write(Kept before, Map<String, String> texts) {
          if (!read().version().equals(before.version())) {
            return false;
          }
          secret = Optional.of(texts);
          secretVersion++;
          return true;
        }
      };

  private final WebhookConfigurations configurations =
      new WebhookConfigurations() {
        @Override
        public List<Called> read() {
          if (!mayRead) {
            throw new ApiServerException(403, "forbidden");
          }
          List<Called> all = new ArrayList<>();
          configured.forEach(
              (webhook, path) ->
                  all.add(
                      new Called(
                          "webhooks",
                          "" + configurationVersion,
                          webhook.ordinal(),
                          webhook,
                          Optional.empty(),
                          PathPrefix.of(path, webhook))));
          return all;
        }

        @Override
        public boolean write(List<Called> read, PathPrefix prefix) {
          if (!read.get(0).version().equals("" + configurationVersion)) {
            return false;
          }
          configure(prefix);
          return true;
        }
      };
}
