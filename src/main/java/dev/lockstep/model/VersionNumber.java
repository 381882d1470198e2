package dev.lockstep.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A version's number, from 0. Written {@code v000} … {@code v999}, {@code v1000} … {@code
 * v9999999}; no other spelling is read.
 */
public record VersionNumber(int value) implements Comparable<VersionNumber> {
  static final String GRAMMAR = "[0-9]{3}|[1-9][0-9]{3,6}";
  static final int LAST = 9_999_999;

  private static final Pattern LABEL = Pattern.compile("v(" + GRAMMAR + ")");

  public static final VersionNumber FIRST = new VersionNumber(0);

  public VersionNumber {
    if (value < 0 || value > LAST) {
      throw new IllegalArgumentException("a version's number is 0 to " + LAST + ", not " + value);
    }
  }

  public static Optional<VersionNumber> parse(String label) {
    return LABEL.matcher(label).matches()
        ? Optional.of(new VersionNumber(Integer.parseInt(label.substring(1))))
        : Optional.empty();
  }

  public VersionNumber next() {
    return new VersionNumber(value + 1);
  }

  public VersionNumber max(VersionNumber other) {
    return value >= other.value ? this : other;
  }

  @Override
  public int compareTo(VersionNumber other) {
    return Integer.compare(value, other.value);
  }

  /** {@code v003}. */
  @Override
  public String toString() {
    return String.format("v%03d", value);
  }
}
