package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Which versions are made, and what they take over from their heads: {@code lockstep.*}. */
@ConfigMapping(prefix = "lockstep")
public interface VersionsConfig {

  /** Which Secrets get versions, of those that could. */
  @WithDefault("all")
  Secrets secrets();

  /** Which Secrets get versions. */
  enum Secrets {
    ALL,
    /** Only those that say {@code lockstep.dev/versioned: "true"}. */
    ANNOTATED
  }

  /** Labels that versions take over from their heads: keys, or {@code prefix/*}. */
  @WithDefault("velero.io/exclude-from-backup")
  Optional<List<@WithConverter(Bounds.CopiedLabel.class) String>> copiedLabels();

  /**
   * How many versions of a head are made within an hour, and kept, that nobody names. Beyond it,
   * one is made when a workload is about to be bound to it.
   */
  @WithDefault("50")
  @WithConverter(Bounds.AtLeastOne.class)
  int maxVersions();
}
