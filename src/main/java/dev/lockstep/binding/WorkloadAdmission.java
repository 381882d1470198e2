package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.VersionResolver;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Decides what the references of a workload's pod template name.
 *
 * <p>A new revision gets the current configuration, a revision that comes back gets what it had,
 * and a workload that was rolled back to older configuration stays there until its next release.
 */
public final class WorkloadAdmission {
  private final VersionResolver versions;
  private final RevisionHistory history;
  private final WorkloadSettings settings;
  private final Executor lookUps;

  /**
   * @param lookUps runs look-ups side by side; each may wait for the API server
   */
  public WorkloadAdmission(
      VersionResolver versions,
      RevisionHistory history,
      WorkloadSettings settings,
      Executor lookUps) {
    this.versions = versions;
    this.history = history;
    this.settings = settings;
    this.lookUps = lookUps;
  }

  /**
   * @throws AdmissionDeniedException if a required reference names nothing and that is to be
   *     denied, if what is asked for can't be read, or if there is nothing to go back to
   * @throws dev.lockstep.model.ApiServerException if the API server does not say what a name means
   */
  public WorkloadAdmissionResult decide(WorkloadAdmissionRequest review) {
    Optional<String> asked = RebindIntent.asked(review.object());
    if (review.kind().isDerived(review.object())
        || !review.template().isObject()
        || !(review.hasNewTemplate() || asked.isPresent() || review.isApply())) {
      return WorkloadAdmissionResult.UNCHANGED;
    }
    List<String> warnings = new ArrayList<>();
    Optional<RebindIntent> rebind = asked.flatMap(value -> read(value, review, warnings));
    RevisionMatcher revisions = new RevisionMatcher(history, review);
    // An undo brings the annotations of its revision along: nobody has asked for these.
    boolean isUndone = review.hasOtherSettings() && revisions.broughtBack().isPresent();
    JsonNode settingsOf = isUndone ? review.oldObject().orElseThrow() : review.object();
    LayeredSetting<Boolean> versioned =
        settings.versioned(review.kind(), settingsOf, review.namespace());
    warnings.addAll(versioned.warnings());
    WorkloadAdmissionResult outcome;
    if (!versioned.value() || UnboundWorkload.isSteppedBackFrom(review, rebind)) {
      outcome = new UnboundWorkload(review, versions).asNamed();
    } else {
      outcome = bound(review, settingsOf, rebind, revisions);
    }
    return outcome
        .withWarnings(warnings)
        .withAnnotations(isUndone ? WorkloadSettings.annotationsOf(settingsOf) : Map.of())
        .withManagedFields(
            asked.flatMap(
                value -> RecordedWrites.of(review.object()).withoutAnnotation(Annotations.REBIND)));
  }

  /** What was written while nobody looked must not block all that comes after it. */
  private static Optional<RebindIntent> read(
      String value, WorkloadAdmissionRequest review, List<String> warnings) {
    Optional<RebindIntent> rebind = RebindIntent.parse(value);
    boolean isNew = review.oldObject().flatMap(RebindIntent::asked).filter(value::equals).isEmpty();
    if (rebind.isEmpty() && isNew) {
      throw new AdmissionDeniedException(
          AdmissionDeniedException.INVALID,
          "re-bind",
          review,
          "the value of " + Annotations.REBIND + " can't be read",
          "Leave it empty for all, or name heads: configmap/a,secret/b.");
    }
    if (rebind.isEmpty()) {
      warnings.add(
          Warnings.warning(
              review.kind().kind(),
              review.name(),
              Annotations.REBIND + " can't be read",
              "ignored"));
    }
    return rebind;
  }

  private WorkloadAdmissionResult bound(
      WorkloadAdmissionRequest review,
      JsonNode settingsOf,
      Optional<RebindIntent> rebind,
      RevisionMatcher revisions) {
    TemplateState persisted =
        review.oldTemplate().map(TemplateState::of).orElse(TemplateState.NONE);
    TemplateState requested = TemplateState.of(review.template());
    List<Reference> references =
        requested.references().stream()
            .filter(reference -> review.namespace().versions(reference.named().kind()))
            .toList();
    if (references.stream().map(Reference::named).distinct().count()
        > settings.maxNamesPerTemplate()) {
      return new UnboundWorkload(review, versions)
          .tooLarge(persisted, references, settings.maxNamesPerTemplate());
    }
    ReferenceResolver meanings =
        new ReferenceResolver(
            versions,
            review.namespace(),
            review.dryRun(),
            Reference.keysIn(review.template()),
            lookUps);
    ReferenceClassifier classifier =
        new ReferenceClassifier(review, persisted, requested, meanings, revisions);
    classifier.lookUp(references);
    ChangeReader reader =
        new ChangeReader(review, persisted, requested, references, meanings, classifier, revisions);
    Optional<Revision> brought = reader.broughtBack();
    Set<String> warnings = new LinkedHashSet<>();
    LayeredSetting<Rollout> rollout =
        settings.rollout(review.kind(), settingsOf, review.namespace());
    warnings.addAll(rollout.warnings());
    RequestedChange change = reader.read(brought, rebind, rollout.value() == Rollout.PINNED);
    InsistingWriter writer = new InsistingWriter(review, persisted, requested, meanings);
    boolean isBareWrite = writer.isBareWrite(change);
    if (isBareWrite && writer.insists()) {
      return new UnboundWorkload(review, versions).stepBack();
    }
    WorkloadBinder.Binding binding =
        new WorkloadBinder(
                review,
                references,
                change,
                persisted,
                meanings,
                classifier,
                new MissingReferenceReporter(
                    review,
                    settings.missing(review.kind(), settingsOf, review.namespace()),
                    warnings),
                warnings)
            .bind(reader.returning(brought));
    boolean changes = !change.unchanged() || !binding.bindings().equals(persisted.bound());
    WorkloadNotes notes = new WorkloadNotes(review, change, meanings);
    WorkloadAdmissionResult result =
        new WorkloadAdmissionResult(
            binding.names(),
            Map.of(
                Annotations.BINDINGS,
                new UnboundWorkload(review, versions)
                    .withKindsLeftAlone(requested, binding.bindings())
                    .annotation()),
            notes.of(binding.bindings(), binding.waiting(), changes),
            List.of());
    notes.warning().ifPresent(warnings::add);
    return (isBareWrite ? result.withAnnotations(writer.memory(changes)) : result)
        .withWarnings(List.copyOf(warnings));
  }
}
