package dev.lockstep.binding;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Content;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.Warnings;
import java.util.Set;

/** Tells what pods of a template will miss, or denies it: as its policy says. */
final class MissingReferenceReporter {
  private final WorkloadAdmissionRequest review;
  private final LayeredSetting<MissingPolicy> policy;
  private final Set<String> warnings;

  /**
   * @param warnings where warnings go
   */
  MissingReferenceReporter(
      WorkloadAdmissionRequest review, LayeredSetting<MissingPolicy> policy, Set<String> warnings) {
    this.review = review;
    this.policy = policy;
    this.warnings = warnings;
    warnings.addAll(policy.warnings());
  }

  /** What a reference names does not exist. */
  void object(Reference reference) {
    if (!reference.optional()) {
      tell(
          reference.named(),
          "does not exist",
          "pods won't start until it does",
          "Create it first, or mark the reference optional.");
    }
  }

  /**
   * What a reference gets has not all the keys that it needs.
   *
   * @param named the head of what it gets, as people know it
   */
  void keys(Reference reference, HeadRef named, Content content) {
    for (String key : reference.keys()) {
      if (!reference.optional() && !content.hasKey(key)) {
        tell(
            named,
            "has no key " + key,
            "pods won't start without it",
            "Add the key, or mark the reference optional.");
      }
    }
  }

  private void tell(HeadRef named, String what, String effect, String remedy) {
    String kind = named.kind().kind();
    switch (policy.value()) {
      case IGNORE -> {}
      case WARN -> warnings.add(Warnings.warning(kind, named.name(), what, effect));
      case DENY ->
          throw new AdmissionDeniedException(
              AdmissionDeniedException.FORBIDDEN,
              "admit",
              review,
              kind + " " + named.name() + " " + what,
              remedy);
    }
  }
}
