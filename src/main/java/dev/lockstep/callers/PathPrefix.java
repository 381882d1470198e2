package dev.lockstep.callers;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What stands before a {@link WebhookPath} where API servers call: 32 random characters, which are
 * a secret; nothing, as in the first release; or {@link #ROOT}, where the configuration has no path
 * at all. Never printed.
 */
public final class PathPrefix {
  /** The configuration has no path, so that reviews of all webhooks come to {@code /}. */
  public static final PathPrefix ROOT = new PathPrefix("/");

  /** The paths of the first release, which everybody knows. */
  public static final PathPrefix FIXED = new PathPrefix("");

  private static final Pattern SECRET = Pattern.compile("/[a-z0-9]{32}");
  private static final Pattern SECRET_PATH =
      Pattern.compile("/[a-z0-9]{32}(?=/(?:mutate|validate)/)");
  private static final String CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int LENGTH = 32;

  private final String text;

  private PathPrefix(String text) {
    this.text = text;
  }

  static PathPrefix random(SecureRandom random) {
    StringBuilder text = new StringBuilder("/");
    for (int i = 0; i < LENGTH; i++) {
      text.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
    }
    return new PathPrefix(text.toString());
  }

  /** Of what {@link #text} has written; empty for anything else. */
  static Optional<PathPrefix> parse(String text) {
    return text.equals(ROOT.text) || text.equals(FIXED.text) || SECRET.matcher(text).matches()
        ? Optional.of(new PathPrefix(text))
        : Optional.empty();
  }

  /** What a webhook is called by; empty if that is a path of nobody that we know. */
  public static Optional<PathPrefix> of(String path, WebhookPath webhook) {
    if (path.isEmpty() || path.equals(ROOT.text)) {
      return Optional.of(ROOT);
    }
    return path.endsWith(webhook.path())
        ? parse(path.substring(0, path.length() - webhook.path().length()))
            .filter(prefix -> !prefix.equals(ROOT))
        : Optional.empty();
  }

  /** Words of the API server without a secret path, which it quotes where a call failed. */
  public static String hidden(String words) {
    return SECRET_PATH.matcher(words).replaceAll("/...");
  }

  /** The whole path. */
  public String before(WebhookPath webhook) {
    return equals(ROOT) ? text : text + webhook.path();
  }

  boolean isSecret() {
    return text.length() > LENGTH;
  }

  /** To be kept in a Secret. */
  String text() {
    return text;
  }

  /** Takes the same time whatever the first difference is. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PathPrefix prefix && MessageDigest.isEqual(bytes(), prefix.bytes());
  }

  private byte[] bytes() {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return isSecret() ? "a secret path" : equals(ROOT) ? "no path" : "fixed paths";
  }
}
