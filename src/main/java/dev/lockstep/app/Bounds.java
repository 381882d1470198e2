package dev.lockstep.app;

import dev.lockstep.model.CopiedLabels;
import io.quarkus.runtime.configuration.DurationConverter;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.spi.Converter;

/**
 * The bounds of settings, as converters: a value out of bounds keeps the server from starting, with
 * a message that names the setting, its value, and these bounds.
 */
final class Bounds {
  private static final DurationConverter DURATIONS = new DurationConverter();

  /** As in the chart's schema. */
  private static final int MOST_VERSIONS = 10_000;

  private Bounds() {}

  /** How many versions are kept. */
  public static final class Versions implements Converter<Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Integer convert(String value) {
      return within(value, 0, MOST_VERSIONS);
    }
  }

  /** The key of a label that versions take over, or a prefix of keys. */
  public static final class CopiedLabel implements Converter<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String convert(String value) {
      return CopiedLabels.of(List.of(value.strip())).keys().iterator().next();
    }
  }

  /** How many times something is done. */
  public static final class AtLeastOne implements Converter<Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public Integer convert(String value) {
      return within(value, 1, Integer.MAX_VALUE);
    }
  }

  /** A time to wait, or none. */
  public static final class NotNegative implements Converter<Duration> {
    private static final long serialVersionUID = 1L;

    @Override
    public Duration convert(String value) {
      return atLeast(value, Duration.ZERO, "0s or more");
    }
  }

  /** The time between two runs, or for which something lives. */
  public static final class Positive implements Converter<Duration> {
    private static final long serialVersionUID = 1L;

    @Override
    public Duration convert(String value) {
      return atLeast(value, Duration.ofMillis(1), "more than 0s");
    }
  }

  private static Integer within(String value, int least, int most) {
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same sentence is right for it.
    }
    throw new IllegalArgumentException(
        most == Integer.MAX_VALUE
            ? "(it has to be a number of " + least + " or more)"
            : "(it has to be a number from " + least + " to " + most + ")");
  }

  private static Duration atLeast(String value, Duration least, String words) {
    Duration duration = parsed(value, words);
    if (duration.compareTo(least) < 0) {
      throw new IllegalArgumentException("(it has to be a duration of " + words + ")");
    }
    return duration;
  }

  private static Duration parsed(String value, String words) {
    try {
      return DURATIONS.convert(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "(it has to be a duration of " + words + ", such as 500ms, 10s, 5m, 1h or 7d)", e);
    }
  }
}
