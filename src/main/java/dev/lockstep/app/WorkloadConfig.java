package dev.lockstep.app;

import dev.lockstep.binding.MissingPolicy;
import dev.lockstep.binding.Rollout;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How workloads are bound, {@code lockstep.*}. */
@ConfigMapping(prefix = "lockstep")
public interface WorkloadConfig {

  /** When workloads move on to newer versions, where neither they nor their namespace say. */
  @WithDefault("on-apply")
  Rollout rollout();

  /** For how long no head of a workload has to change before it follows by itself. */
  @WithDefault("10s")
  @WithConverter(Bounds.NotNegative.class)
  Duration quietPeriod();

  /** How many workloads at most are re-bound a second, in the whole cluster. */
  @WithDefault("5")
  @WithConverter(Bounds.AtLeastOne.class)
  int rebindPerSecond();

  /** A template that names more ConfigMaps and Secrets is left unbound: each costs look-ups. */
  @WithDefault("100")
  @WithConverter(Bounds.AtLeastOne.class)
  int maxNamesPerTemplate();

  /** What happens when a required reference names nothing, where nobody else says. */
  @WithDefault("warn")
  MissingPolicy missing();

  /**
   * Kinds of the cluster's own that have a pod template. Where none are named, Argo Rollouts; its
   * CRD need not be there.
   */
  Optional<List<CustomKind>> customKinds();

  /** A kind that has a pod template. */
  interface CustomKind {
    String group();

    String version();

    /** As in the API's paths: {@code rollouts}. */
    String resource();

    /** A JSON pointer: {@code /spec/template}. */
    String template();
  }
}
