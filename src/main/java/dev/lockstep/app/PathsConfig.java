package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** By which paths API servers call the webhooks. */
@ConfigMapping(prefix = "lockstep")
public interface PathsConfig {

  /**
   * Whether the webhook configurations keep the paths of the first release, which are served as
   * well: for the time of an upgrade from it, whose servers know no others.
   */
  @WithDefault("false")
  boolean fixedPaths();

  Paths paths();

  /** Of the secret path. */
  interface Paths {
    /** The Secret in which it is kept. */
    @WithDefault("lockstep-paths")
    String secret();

    /** How long one is used, if nobody may have seen it. */
    @WithDefault("1d")
    Duration lifetime();

    /** Between two looks at the Secret and the webhook configurations. */
    @WithDefault("5s")
    Duration period();
  }
}
