package dev.lockstep.binding;

import dev.lockstep.version.Choice;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import java.util.List;
import java.util.Map;

/** The cluster's defaults for what workloads and namespaces can set by annotation. */
public record WorkloadSettings(Rollout rollout, MissingPolicy missing) {

  /** Whether its references are bound at all. */
  Choice<Boolean> versioned(WorkloadReview review) {
    return Choice.of(
        levels(review),
        List.of(Keys.VERSIONED, Keys.SPINNAKER_VERSIONED),
        Map.of("true", true, "false", false),
        true);
  }

  Choice<Rollout> rollout(WorkloadReview review) {
    return Choice.of(levels(review), List.of(Keys.ROLLOUT), Rollout.SPELLED, rollout);
  }

  Choice<MissingPolicy> missing(WorkloadReview review) {
    return Choice.of(levels(review), List.of(Keys.MISSING), MissingPolicy.SPELLED, missing);
  }

  private static List<Choice.Level> levels(WorkloadReview review) {
    return List.of(
        new Choice.Level(review.kind().kind(), review.name(), Json.annotations(review.object())),
        new Choice.Level("Namespace", review.namespace().name(), review.namespace().annotations()));
  }
}
