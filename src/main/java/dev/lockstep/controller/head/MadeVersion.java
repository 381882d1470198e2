package dev.lockstep.controller.head;

import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.Optional;

/**
 * A version and when it was made.
 *
 * @param made by the API server's clock, to the second
 * @param changedBy the user who brought its content, where that is recorded
 */
public record MadeVersion(VersionNumber number, Instant made, Optional<String> changedBy)
    implements Comparable<MadeVersion> {

  /** The older one is first. */
  @Override
  public int compareTo(MadeVersion other) {
    int order = made.compareTo(other.made);
    return order != 0 ? order : number.compareTo(other.number);
  }
}
