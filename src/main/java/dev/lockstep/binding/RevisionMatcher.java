package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which former revision of its workload a request brings back, if it does. The list of revisions is
 * read once, and only when something asks for it.
 */
final class RevisionMatcher {
  private static final Comparator<Revision> BY_AGE =
      Comparator.comparing(revision -> revision.created().orElse(Instant.EPOCH));

  private final RevisionHistory history;
  private final WorkloadAdmissionRequest review;
  private Optional<List<Revision>> list = Optional.empty();

  RevisionMatcher(RevisionHistory history, WorkloadAdmissionRequest review) {
    this.history = history;
    this.review = review;
  }

  /**
   * The revision whose template this request brings: the whole of it, or the pod's spec alone, as
   * user interfaces do, if it is not the spec that is there.
   */
  Optional<Revision> broughtBack() {
    if (!review.mayBringBack()) {
      return Optional.empty();
    }
    JsonNode template = TemplateComparison.comparable(review.template());
    JsonNode old = TemplateComparison.comparable(review.oldTemplate().orElseThrow());
    return newest(revision -> comparable(revision).equals(template) && !template.equals(old))
        .or(
            () ->
                TemplateComparison.sameSpec(template, old)
                    ? Optional.empty()
                    : newestMeant(r -> TemplateComparison.sameSpec(template, r.template())));
  }

  private static JsonNode comparable(Revision revision) {
    return TemplateComparison.comparable(revision.template());
  }

  private Optional<Revision> newest(Predicate<Revision> which) {
    return all().stream().filter(which).max(BY_AGE);
  }

  private Optional<Revision> newestMeant(Predicate<Revision> which) {
    return newest(which.and(revision -> !revision.isInBetween())).or(() -> newest(which));
  }

  /**
   * What a revision stands for: itself, or if nobody meant it the next one that somebody meant.
   * Empty where there is none, or that is the current one.
   */
  Optional<Revision> meantBy(Revision revision) {
    if (!revision.isInBetween()) {
      return Optional.of(revision);
    }
    JsonNode current = TemplateComparison.comparable(review.oldTemplate().orElseThrow());
    JsonNode unbound = unbound(revision);
    // Two may be made within a second, which is all that the API server's times tell apart.
    return all().stream()
        .filter(next -> !next.isInBetween())
        .filter(
            next ->
                BY_AGE.compare(next, revision) > 0
                    || BY_AGE.compare(next, revision) == 0 && unbound(next).equals(unbound))
        .min(BY_AGE)
        .filter(next -> !comparable(next).equals(current));
  }

  /** Those with this template, whatever they are bound to; a pin may name just what is bound. */
  Stream<Revision> unbound(TemplateState template) {
    JsonNode unbound = TemplateComparison.comparable(template.unbound());
    return all().stream()
        .filter(
            revision ->
                TemplateComparison.comparable(
                        TemplateState.of(revision.template()).boundTo(template.bound()).unbound())
                    .equals(unbound));
  }

  private static JsonNode unbound(Revision revision) {
    return TemplateComparison.comparable(TemplateState.of(revision.template()).unbound());
  }

  /** Whether a revision of this workload says that it is bound to this. */
  boolean anyIsBoundTo(HeadRef head, VersionNumber number) {
    return !review.isCreate()
        && review.kind().revisions().isPresent()
        && all().stream()
            .anyMatch(revision -> revision.bound().of(head).filter(number::equals).isPresent());
  }

  private List<Revision> all() {
    if (list.isEmpty()) {
      list = Optional.of(history.of(review));
    }
    return list.get();
  }
}
