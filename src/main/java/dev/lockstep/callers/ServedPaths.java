package dev.lockstep.callers;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Which paths are answered now; everything else is not there. */
public final class ServedPaths {
  private volatile Set<PathPrefix> prefixes = Set.of();

  /** What there is on a path. */
  public sealed interface Match {

    /**
     * A webhook.
     *
     * @param webhook empty for {@code /}: the review itself says which it is for
     */
    record Webhook(Optional<WebhookPath> webhook) implements Match {}

    /** It could be a path, and is none as far as is known. */
    record Unknown() implements Match {}

    /** It can't be a path of a webhook. */
    record Nothing() implements Match {}
  }

  void serve(Set<PathPrefix> prefixes) {
    this.prefixes = Set.copyOf(prefixes);
  }

  public Match match(String path) {
    if (path.isEmpty() || path.equals("/")) {
      return match(PathPrefix.ROOT, Optional.empty());
    }
    return Arrays.stream(WebhookPath.values())
        .filter(webhook -> path.endsWith(webhook.path()))
        .findFirst()
        .flatMap(
            webhook ->
                PathPrefix.of(path, webhook).map(prefix -> match(prefix, Optional.of(webhook))))
        .orElseGet(Match.Nothing::new);
  }

  /** Looks at all of them, so that the time tells nothing. */
  private Match match(PathPrefix called, Optional<WebhookPath> webhook) {
    boolean isServed = false;
    for (PathPrefix prefix : prefixes) {
      isServed |= prefix.equals(called);
    }
    return isServed ? new Match.Webhook(webhook) : new Match.Unknown();
  }
}
