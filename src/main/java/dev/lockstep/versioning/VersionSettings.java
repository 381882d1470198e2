package dev.lockstep.versioning;

import dev.lockstep.model.CopiedLabels;
import java.time.Clock;

/**
 * How versions are made.
 *
 * @param copied the labels that they take over from their heads
 * @param maxVersions how many versions a head may get within an hour that nobody asked for
 */
public record VersionSettings(CopiedLabels copied, int maxVersions, Clock clock) {
  public static final int DEFAULT_MAX_VERSIONS = 50;

  public static final VersionSettings DEFAULT =
      new VersionSettings(CopiedLabels.NONE, DEFAULT_MAX_VERSIONS, Clock.systemUTC());
}
