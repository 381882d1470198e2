package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.VersionResolver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The names of a workload that Lockstep does not bind. They are its own business; it must only not
 * say that it is bound where it is not, and retention must not take what it names.
 */
final class UnboundWorkload {
  private final WorkloadAdmissionRequest review;
  private final VersionResolver versions;

  UnboundWorkload(WorkloadAdmissionRequest review, VersionResolver versions) {
    this.review = review;
    this.versions = versions;
  }

  /** Whether an insisting writer has it left bare, and this request does not end that. */
  static boolean isSteppedBackFrom(WorkloadAdmissionRequest review, Optional<RebindIntent> rebind) {
    Optional<String> since = steppedBack(review);
    boolean isAdopted = rebind.filter(r -> r.reason() == RebindIntent.Reason.ADOPT).isPresent();
    return since.isPresent()
        && !isAdopted
        && !(review.isApply() && !since.get().endsWith(" " + review.user()));
  }

  private static Optional<String> steppedBack(WorkloadAdmissionRequest review) {
    return KubernetesJson.annotation(review.object(), Annotations.STEPPED_BACK)
        .filter(
            value ->
                review
                    .oldObject()
                    .flatMap(old -> KubernetesJson.annotation(old, Annotations.STEPPED_BACK))
                    .filter(value::equals)
                    .isPresent());
  }

  /** Of a workload that is left out, or that Lockstep has stepped back from. */
  WorkloadAdmissionResult asNamed() {
    return asNamed(List.of());
  }

  /** From this request on. */
  WorkloadAdmissionResult stepBack() {
    return asNamed(
            List.of(
                Warnings.warning(
                    review.kind().kind(),
                    review.name(),
                    "its writer insists on bare names, it is not bound",
                    "annotate " + Annotations.REBIND + "=adopt")))
        .withAnnotations(
            Map.of(
                Annotations.STEPPED_BACK, Optional.of(review.time() + " " + review.user()),
                Annotations.BARE_WRITES, Optional.empty()));
  }

  private WorkloadAdmissionResult asNamed(List<String> warnings) {
    Reference.in(review.template()).stream()
        .map(Reference::named)
        .filter(HeadRef::isValid)
        .distinct()
        .forEach(this::keep);
    return result(Map.of(), Bindings.of(review.template()), warnings);
  }

  private void keep(HeadRef named) {
    if (VersionName.parse(named.name()).isPresent()) {
      versions.keep(named.in(review.namespace().name()), review.dryRun());
    }
  }

  /** Each name costs look-ups: nobody may ask for them without end. What is bound stays. */
  WorkloadAdmissionResult tooLarge(TemplateState persisted, List<Reference> references, int most) {
    Map<JsonPointer, String> names = new HashMap<>();
    SortedMap<HeadRef, VersionNumber> bindings =
        new TreeMap<>(Bindings.of(review.template()).versions());
    for (Reference reference : references) {
      persisted
          .bound()
          .of(reference.named())
          .ifPresent(
              number -> {
                names.put(reference.place(), reference.named().version(number).name());
                bindings.put(reference.named(), number);
              });
      persisted
          .headOf(reference.named())
          .ifPresent(head -> bindings.put(head, persisted.bound().of(head).orElseThrow()));
    }
    return result(
        names,
        new Bindings(bindings),
        List.of(
            Warnings.warning(
                review.kind().kind(),
                review.name(),
                "names over " + most + " ConfigMaps and Secrets, none is bound",
                "use fewer")));
  }

  private static WorkloadAdmissionResult result(
      Map<JsonPointer, String> names, Bindings bindings, List<String> warnings) {
    return new WorkloadAdmissionResult(
        names,
        Map.of(Annotations.BINDINGS, bindings.annotation()),
        Map.of(
            Annotations.HELD, Optional.empty(),
            Annotations.WAITING, Optional.empty(),
            Annotations.REBIND, Optional.empty(),
            Annotations.BASELINE, Optional.empty(),
            Annotations.IN_BETWEEN, Optional.empty(),
            Annotations.RELEASED, Optional.empty(),
            Annotations.WINDOW_MOVES, Optional.empty(),
            Annotations.RELEASE_HEADS, Optional.empty()),
        warnings);
  }

  /** Of kinds that get no versions here: a template that an undo brings back is to be the same. */
  Bindings withKindsLeftAlone(TemplateState requested, Bindings bindings) {
    SortedMap<HeadRef, VersionNumber> all = new TreeMap<>(requested.bound().versions());
    all.keySet().removeIf(head -> review.namespace().versions(head.kind()));
    all.putAll(bindings.versions());
    requested.references().stream()
        .map(Reference::named)
        .filter(named -> !review.namespace().versions(named.kind()))
        .forEach(this::keep);
    return new Bindings(all);
  }
}
