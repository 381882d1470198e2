package dev.lockstep.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hash of a {@link Content} as it stands in the label {@value Labels#CONTENT}: a scheme, {@code
 * -}, 32 hex digits. Only hashes of one scheme can be compared.
 */
public record ContentHash(String scheme, String digits) {
  private static final Pattern LABEL = Pattern.compile("([a-z][a-z0-9]{0,15})-([0-9a-f]{32})");

  public static Optional<ContentHash> parse(String label) {
    Matcher matcher = LABEL.matcher(label);
    return matcher.matches()
        ? Optional.of(new ContentHash(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return scheme + "-" + digits;
  }
}
