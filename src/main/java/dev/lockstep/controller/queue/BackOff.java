package dev.lockstep.controller.queue;

import java.time.Duration;

/**
 * How long to wait before the next try: twice as long after each failure, up to a limit.
 *
 * @param first pause, after the first failure
 * @param longest pause, however often it has failed
 */
public record BackOff(Duration first, Duration longest) {

  /**
   * @param failures in a row so far, at least 1
   */
  public Duration after(int failures) {
    Duration pause = first;
    for (int i = 1; i < failures && pause.compareTo(longest) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
