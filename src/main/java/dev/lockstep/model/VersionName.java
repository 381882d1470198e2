package dev.lockstep.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a version: its head's name, {@code -}, its number. {@code app-config-v003}.
 *
 * <p>That a name can be read so does not make an object a version; see {@link Version}.
 */
public record VersionName(String head, VersionNumber number) {
  /** The longest name of an object, as of RFC 1123 and Kubernetes' validation. */
  public static final int MAX_LENGTH = 253;

  private static final Pattern NAME =
      Pattern.compile("(.+)-v(" + VersionNumber.GRAMMAR + ")", Pattern.DOTALL);

  public static Optional<VersionName> parse(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? Optional.of(
            new VersionName(
                matcher.group(1), new VersionNumber(Integer.parseInt(matcher.group(2)))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return head + "-" + number;
  }
}
