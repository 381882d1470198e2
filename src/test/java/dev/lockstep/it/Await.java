package dev.lockstep.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.awaitility.core.ConditionFactory;

/**
 * How long tests wait for what is to happen. One bound for all of them: it is no promise, and a
 * machine that is busy with something else must not fail a test. What is promised to happen in some
 * time is measured by the tests that say so.
 */
final class Await {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(200);

  private Await() {}

  static ConditionFactory waiting() {
    return await().atMost(PATIENCE).pollInterval(POLL);
  }
}
