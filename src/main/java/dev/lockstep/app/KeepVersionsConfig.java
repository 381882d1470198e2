package dev.lockstep.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** How many newest versions of a head are kept, used or not: {@code lockstep.keep-versions.*}. */
@ConfigMapping(prefix = "lockstep.keep-versions")
public interface KeepVersionsConfig {
  @WithDefault("10")
  @WithConverter(Bounds.Versions.class)
  int configMaps();

  @WithDefault("3")
  @WithConverter(Bounds.Versions.class)
  int secrets();
}
