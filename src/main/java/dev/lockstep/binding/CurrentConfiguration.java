package dev.lockstep.binding;

import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.Resolution;
import java.util.Optional;

/** What a head stands for now; where it is gone, what is known of it. */
final class CurrentConfiguration {
  private final TemplateState persisted;
  private final ReferenceResolver meanings;

  CurrentConfiguration(TemplateState persisted, ReferenceResolver meanings) {
    this.persisted = persisted;
    this.meanings = meanings;
  }

  BindingDecision of(HeadGroup group) {
    HeadRef head = group.head();
    Resolution meaning = meanings.of(head);
    if (meaning instanceof Resolution.OfHead current) {
      return BindingDecision.current(current.current());
    }
    Optional<VersionNumber> kept = group.numbers().stream().findFirst();
    if (meaning instanceof Resolution.Unversioned other) {
      return other.refusal().isPresent() && kept.isPresent()
          ? BindingDecision.to(kept.get())
          : BindingDecision.bare()
              .warning(warning(head, "has no versions any more", "it is not bound from now on"));
    }
    return keptOrMissing(group, kept);
  }

  /** A head that is gone must not take away from a workload what it runs with. */
  private BindingDecision keptOrMissing(HeadGroup group, Optional<VersionNumber> named) {
    HeadRef head = group.head();
    if (group.isOnlyBound()) {
      return named.map(BindingDecision::to).orElseThrow();
    }
    return persisted
        .bound()
        .of(head)
        .filter(number -> meanings.isVersion(head.version(number)))
        .map(
            number ->
                BindingDecision.to(number)
                    .warning(
                        warning(head, "is gone, " + number + " is kept", "create it to change it")))
        .or(() -> named.map(BindingDecision::to))
        .orElseGet(BindingDecision::missing);
  }

  static String warning(HeadRef head, String what, String remedy) {
    return Warnings.warning(head.kind().kind(), head.name(), what, remedy);
  }
}
