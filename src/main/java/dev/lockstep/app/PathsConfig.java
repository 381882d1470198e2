package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The secret path by which API servers call the webhooks, {@code lockstep.paths.*}. */
@ConfigMapping(prefix = "lockstep.paths")
public interface PathsConfig {

  /** The Secret in which it is kept. */
  @WithDefault("lockstep-paths")
  String secret();

  /** How long one is used, if nobody may have seen it. */
  @WithDefault("1d")
  @WithConverter(Bounds.Positive.class)
  Duration lifetime();

  /** Between two looks at the Secret and the webhook configurations. */
  @WithDefault("5s")
  @WithConverter(Bounds.Positive.class)
  Duration period();
}
