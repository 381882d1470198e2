package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.VersionAllocator.AllocationRequest;
import dev.lockstep.versioning.VersionAllocator.Mode;
import java.util.List;
import java.util.Optional;

/** Makes sure that the content which is about to go has its version. */
final class PredecessorKeeper {
  private final PrefetchingVersionStore store;
  private final VersionKeeper versions;
  private final VersionAllocator numbers;

  /**
   * @param newest the highest number given so far, as the head says
   */
  record Kept(Optional<VersionNumber> newest, List<String> warnings) {}

  PredecessorKeeper(
      PrefetchingVersionStore store, VersionKeeper versions, VersionAllocator numbers) {
    this.store = store;
    this.versions = versions;
    this.numbers = numbers;
  }

  /** Begins the calls of {@link #keep} for a head that is stamped as it should be. */
  void prefetch(HeadAdmissionRequest review, Stamp stamp) {
    if (!review.dryRun()) {
      store.prefetchGet(review.id());
    }
    store.prefetchGet(Version.id(review.id(), stamp.version()));
  }

  /**
   * @throws AdmissionDeniedException if the API server did not answer. What somebody's rule refuses
   *     is told only: the head must not stay as it is for ever because of that.
   */
  Kept keep(HeadAdmissionRequest review, JsonNode old, HashedContent oldContent) {
    ObjectKey id = review.id();
    Optional<JsonNode> source = persisted(review, old, oldContent);
    if (source.isEmpty()) {
      // The head is not what this request is based on: it will conflict, and be admitted anew. Or
      // it was left out until now, whatever the review says: no version of that is due.
      return new Kept(Stamp.newest(old), List.of());
    }
    Optional<Stamp> stamp = versions.validStamp(id, source.get(), oldContent);
    Optional<VersionNumber> newest = stamp.map(Stamp::newest).or(() -> Stamp.newest(source.get()));
    try {
      if (stamp.isPresent()
          && versions.ensure(id, source.get(), oldContent, stamp.get(), review.dryRun())) {
        return new Kept(newest, List.of());
      }
      return new Kept(
          Optional.of(make(review, source.get(), oldContent, stamp, newest)), List.of());
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        return lost(id, newest);
      }
      throw AdmissionDeniedException.of(e, "keep the version before this one", id);
    } catch (AdmissionDeniedException e) {
      if (e.isRefusal()) {
        return lost(id, newest);
      }
      throw e;
    }
  }

  private static Kept lost(ObjectKey id, Optional<VersionNumber> newest) {
    return new Kept(
        newest,
        List.of(
            Warnings.warning(
                id.kind().kind(),
                id.name(),
                "what it held got no version, since a rule refuses it",
                "it can't be brought back")));
  }

  private Optional<JsonNode> persisted(
      HeadAdmissionRequest review, JsonNode old, HashedContent oldContent) {
    ObjectKey id = review.id();
    Optional<JsonNode> persisted = review.dryRun() ? Optional.of(old) : store.get(id);
    return persisted
        .filter(
            head ->
                Eligibility.of(id.kind(), head, Optional.of(head), review.namespace())
                    .isVersioned())
        .filter(head -> versions.content(id, head).sameAs(oldContent));
  }

  private VersionNumber make(
      HeadAdmissionRequest review,
      JsonNode source,
      HashedContent content,
      Optional<Stamp> stamp,
      Optional<VersionNumber> newest) {
    Optional<String> changedBy =
        stamp.isPresent() ? stamp.get().changedBy() : review.user().map(user -> Stamp.UNKNOWN_USER);
    return numbers
        .allocate(
            new AllocationRequest(
                review.id(),
                source,
                content,
                numbers.believable(review.id(), newest),
                changedBy,
                Optional.empty(),
                stamp.isPresent()),
            Mode.MAKE,
            review.dryRun())
        .newest();
  }
}
