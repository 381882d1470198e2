package dev.lockstep.app;

import dev.lockstep.controller.retention.RetentionController;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When versions that nobody needs go: {@code lockstep.retention.*}. */
@ConfigMapping(prefix = "lockstep.retention")
public interface RetentionConfig {
  @WithDefault("delete")
  RetentionController.Mode mode();

  /** Between the first sighting as unused and the delete; longer than any request takes. */
  @WithDefault("120s")
  @WithConverter(Bounds.NotNegative.class)
  Duration grace();

  /** Nothing younger goes: a restore brings versions before workloads. */
  @WithDefault("1h")
  @WithConverter(Bounds.NotNegative.class)
  Duration minimumAge();

  /** Between two looks at all namespaces. */
  @WithDefault("1h")
  @WithConverter(Bounds.Positive.class)
  Duration sweep();

  /** What happens to the versions of a namespace that is not opted in any more. */
  @WithDefault("keep")
  OptedOut optedOut();

  /** What happens to the versions of a namespace that is not opted in any more. */
  enum OptedOut {
    KEEP,
    /** What nobody uses goes, as elsewhere. */
    CLEAN
  }
}
