package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionAllocator.Allocation;
import dev.lockstep.versioning.VersionAllocator.AllocationRequest;
import dev.lockstep.versioning.VersionAllocator.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One admission of a head: its number found, and its predecessor kept. */
final class HeadDecision {
  private final HeadAdmissionRequest review;
  private final ObjectKey id;
  private final PrefetchingVersionStore store;
  private final VersionKeeper versions;
  private final ChangeRate rate;
  private final VersionAllocator numbers;
  private final PredecessorKeeper predecessors;
  private final QuotaCheck quotas;
  private final List<String> warnings = new ArrayList<>();

  HeadDecision(
      HeadAdmissionRequest review,
      PrefetchingVersionStore store,
      VersionKeeper versions,
      CurrentVersionCache lastSeen,
      ChangeRate rate) {
    this.review = review;
    this.id = review.id();
    this.store = store;
    this.versions = versions;
    this.rate = rate;
    this.numbers = new VersionAllocator(store, versions, lastSeen);
    this.predecessors = new PredecessorKeeper(store, versions, numbers);
    this.quotas = new QuotaCheck(store);
  }

  HeadAdmissionResult decide() {
    Eligibility.Verdict verdict = verdict();
    warnings.addAll(verdict.warnings());
    if (!verdict.isVersioned()) {
      keepWhatLeaves();
      return new HeadAdmissionResult.Unstamped(verdict.isFilledByProgram(), warnings);
    }
    if (isBeingDeleted()) {
      return new HeadAdmissionResult.Unchanged(warnings);
    }
    boolean isVersionsCopy = VersionCopy.isOne(review.object());
    if (isVersionsCopy && review.object().path("immutable").asBoolean(false)) {
      warnings.add(VersionCopy.warning(id));
    }
    return new HeadAdmissionResult.Stamped(
        AnnotationRoom.fitted(stamp(), review.object()), isVersionsCopy, warnings);
  }

  /** What is made anew under a name that had versions goes on with them. */
  private Eligibility.Verdict verdict() {
    Eligibility.Verdict verdict =
        Eligibility.of(id.kind(), review.object(), review.oldObject(), review.namespace());
    return verdict.dependsOnHistory()
            && review.oldObject().isEmpty()
            && numbers.highest(id).isPresent()
        ? verdict.withHistory()
        : verdict;
  }

  /** It is kept by finalizers alone: nothing must be in the way of its end. */
  private boolean isBeingDeleted() {
    return VersionResolver.isBeingDeleted(review.object());
  }

  /** A head that is left out from now on may change its content in the same request. */
  private void keepWhatLeaves() {
    Optional<JsonNode> head = review.oldObject().filter(Stamp::isHead);
    if (head.isEmpty() || isBeingDeleted()) {
      return;
    }
    HashedContent content = versions.content(id, head.get());
    if (!content.sameAs(versions.content(id, review.object()))) {
      warnings.addAll(predecessors.keep(review, head.get(), content).warnings());
    }
  }

  private Stamp stamp() {
    HashedContent content = versions.content(id, review.object());
    if (review.oldObject().isEmpty()) {
      return created(content);
    }
    JsonNode old = review.oldObject().get();
    HashedContent oldContent = versions.content(id, old);
    return content.sameAs(oldContent) ? unchanged(content, old) : changed(content, old, oldContent);
  }

  /**
   * A stamp that comes along is kept where nothing speaks against it: a restore from a backup. One
   * of another scheme can't be checked, and counts as long as no version says otherwise.
   */
  private Stamp created(HashedContent content) {
    return Stamp.of(review.object())
        .filter(
            stamp ->
                !versions.hasher().knows(id, stamp.content())
                    || stamp.content().equals(content.hash()))
        .filter(
            stamp ->
                numbers
                    .believable(id, Optional.of(stamp.version()))
                    .filter(stamp.version()::equals)
                    .isPresent())
        .filter(stamp -> isFreeOrSame(stamp.version(), content))
        .map(stamp -> restored(stamp, content))
        .orElseGet(() -> first(content));
  }

  private Stamp first(HashedContent content) {
    AllocationRequest request = request(content, Optional.empty(), review.user());
    quotas.prefetch(id);
    numbers.prefetch(request);
    return given(request);
  }

  private Stamp restored(Stamp stamp, HashedContent content) {
    Optional<VersionNumber> there = numbers.highest(id);
    VersionNumber newest =
        VersionAllocator.highest(there, numbers.believable(id, Optional.of(stamp.newest())))
            .orElse(stamp.version());
    return new Stamp(stamp.version(), content.hash(), newest, review.user());
  }

  private boolean isFreeOrSame(VersionNumber number, HashedContent content) {
    return versions.isFreeOrSame(id, number, content.content(), review.dryRun());
  }

  private Stamp unchanged(HashedContent content, JsonNode old) {
    Optional<Stamp> stamp = versions.validStamp(id, old, content);
    if (stamp.isEmpty()) {
      return given(request(content, newest(old), whoTakesItIn(old)));
    }
    Stamp kept = stamp.get();
    return isStrangersName(kept, content)
        ? given(request(content, Optional.of(kept.newest()), kept.changedBy()))
        : new Stamp(kept.version(), content.hash(), kept.newest(), kept.changedBy());
  }

  /**
   * Nobody knows who wrote what was persisted without a stamp. But who takes in what was left out
   * answers for what it holds: else a change could hide behind leaving out and taking in.
   */
  private Optional<String> whoTakesItIn(JsonNode old) {
    boolean wasLeftOut =
        !Eligibility.of(id.kind(), old, Optional.of(old), review.namespace()).isVersioned();
    return wasLeftOut ? review.user() : review.user().map(user -> Stamp.UNKNOWN_USER);
  }

  private Optional<VersionNumber> newest(JsonNode old) {
    return known(old, Stamp.newest(old));
  }

  /** What has no stamp may be a former state of the object, which knows less than its versions. */
  private Optional<VersionNumber> known(JsonNode old, Optional<VersionNumber> noted) {
    Optional<VersionNumber> believed = numbers.believable(id, noted);
    return believed.isEmpty() || Stamp.of(old).isPresent()
        ? believed
        : VersionAllocator.highest(believed, numbers.highest(id));
  }

  /**
   * Whether a new number is asked for because a stranger has the name, and one really has. This may
   * be asked by our own answer to the same request, when it is admitted once more.
   */
  private boolean isStrangersName(Stamp stamp, HashedContent content) {
    boolean isAskedFor =
        KubernetesJson.annotation(review.object(), Annotations.RESTAMP)
            .flatMap(VersionNumber::parse)
            .filter(stamp.version()::equals)
            .isPresent();
    boolean hasAnother =
        Stamp.of(review.object()).filter(s -> !s.version().equals(stamp.version())).isPresent();
    return (isAskedFor || hasAnother) && !isFreeOrSame(stamp.version(), content);
  }

  private Stamp changed(HashedContent content, JsonNode old, HashedContent oldContent) {
    Optional<Stamp> stamp = Stamp.of(old);
    if (stamp.isPresent() && isTooFast()) {
      // What nobody rolled out goes as in plain Kubernetes. A workload that names the head gets its
      // version made.
      AllocationRequest request = request(content, newest(old), review.user());
      return stamp(request, numbers.allocate(request, Mode.GUESS, review.dryRun()));
    }
    Optional<String> asOf = asOf(old);
    stamp.ifPresent(
        known -> {
          predecessors.prefetch(review, known);
          numbers.prefetch(request(content, Optional.of(known.newest()), review.user(), asOf));
        });
    PredecessorKeeper.Kept kept = predecessors.keep(review, old, oldContent);
    warnings.addAll(kept.warnings());
    return given(request(content, known(old, kept.newest()), review.user(), asOf));
  }

  private boolean isTooFast() {
    return !review.dryRun() && rate.isTooFast(id, () -> store.metadataOfVersions(id));
  }

  /**
   * When the head was stamped as it is, its older versions had been made. Its current one may have
   * been made since, and has other content.
   */
  private static Optional<String> asOf(JsonNode head) {
    return Stamp.of(head)
        .flatMap(stamp -> KubernetesJson.text(head.path("metadata").path("resourceVersion")));
  }

  private AllocationRequest request(
      HashedContent content, Optional<VersionNumber> newest, Optional<String> changedBy) {
    return request(content, newest, changedBy, Optional.empty());
  }

  private AllocationRequest request(
      HashedContent content,
      Optional<VersionNumber> newest,
      Optional<String> changedBy,
      Optional<String> asOf) {
    boolean isStamped = review.oldObject().flatMap(Stamp::of).isPresent();
    return new AllocationRequest(id, review.object(), content, newest, changedBy, asOf, isStamped);
  }

  private Stamp given(AllocationRequest request) {
    Allocation given = numbers.allocate(request, Mode.TRY, review.dryRun());
    if (review.oldObject().isEmpty() && !given.isThere()) {
      quotas.requireRoomForBoth(id, given.number());
    }
    return stamp(request, given);
  }

  private static Stamp stamp(AllocationRequest request, Allocation given) {
    return new Stamp(given.number(), request.content().hash(), given.newest(), request.changedBy());
  }
}
