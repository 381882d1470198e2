package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionAllocator.AllocationRequest;
import dev.lockstep.versioning.VersionAllocator.Mode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** One admission of a head: its number found, and its predecessor kept. */
final class HeadDecision {
  /** Total size of keys and values, as of Kubernetes' validation of annotations. */
  private static final int MAX_ANNOTATION_BYTES = 256 * 1024;

  private static final int HEAD_AND_VERSION = 2;

  private static final int ROOM_FOR_OTHER_ANNOTATIONS = 64;

  private final PrefetchingVersionStore store;
  private final ContentHasher hasher;
  private final VersionResolver versions;
  private final VersionAllocator numbers;

  HeadDecision(PrefetchingVersionStore store, ContentHasher hasher, VersionResolver versions) {
    this.store = store;
    this.hasher = hasher;
    this.versions = versions;
    this.numbers = new VersionAllocator(store, hasher, versions);
  }

  HeadAdmissionResult decide(HeadAdmissionRequest review) {
    Eligibility.Verdict verdict =
        Eligibility.of(review.id().kind(), review.object(), review.oldObject(), review.namespace());
    List<String> warnings = verdict.warnings();
    if (!verdict.isVersioned()) {
      keepWhatLeaves(review);
      return new HeadAdmissionResult.Unstamped(warnings);
    }
    return isBeingDeleted(review)
        ? new HeadAdmissionResult.Unchanged(warnings)
        : new HeadAdmissionResult.Stamped(withRoom(stamp(review), review.object()), warnings);
  }

  /** It is kept by finalizers alone: nothing must be in the way of its end. */
  private static boolean isBeingDeleted(HeadAdmissionRequest review) {
    return review.object().path("metadata").hasNonNull("deletionTimestamp");
  }

  /** A head that is left out from now on may change its content in the same request. */
  private void keepWhatLeaves(HeadAdmissionRequest review) {
    Optional<JsonNode> head = review.oldObject().filter(Stamp::isHead);
    if (head.isEmpty() || isBeingDeleted(review)) {
      return;
    }
    Content content = Content.of(review.id().kind(), head.get());
    if (!content.sameAs(Content.of(review.id().kind(), review.object()))) {
      keepPredecessor(review, head.get(), content);
    }
  }

  private Stamp stamp(HeadAdmissionRequest review) {
    Content content = Content.of(review.id().kind(), review.object());
    if (review.oldObject().isEmpty()) {
      return created(review, content);
    }
    JsonNode old = review.oldObject().get();
    Content oldContent = Content.of(review.id().kind(), old);
    return content.sameAs(oldContent)
        ? unchanged(review, content, old)
        : changed(review, content, old, oldContent);
  }

  /**
   * A stamp that comes along is kept where nothing speaks against it: a restore from a backup. One
   * of another scheme can't be checked, and counts as long as no version says otherwise.
   */
  private Stamp created(HeadAdmissionRequest review, Content content) {
    ContentHash hash = hasher.hash(content);
    return Stamp.of(review.object())
        .filter(
            stamp ->
                stamp.content().equals(hash) || !hasher.knows(review.id().kind(), stamp.content()))
        .filter(stamp -> isFreeOrSame(review, stamp.version(), content))
        .map(stamp -> restored(review, stamp, hash))
        .orElseGet(() -> first(review, content, hash));
  }

  private Stamp first(HeadAdmissionRequest review, Content content, ContentHash hash) {
    ObjectKey id = review.id();
    store.prefetchMetadataOfVersions(id);
    store.prefetchQuotas(id.namespace());
    prefetchTry(review, VersionNumber.FIRST, hash);
    return given(review, request(review, content, hash, Optional.empty(), review.user()));
  }

  private void prefetchTry(HeadAdmissionRequest review, VersionNumber number, ContentHash hash) {
    ObjectKey version = Version.id(review.id(), number);
    store.prefetchDryRun(
        version, Version.object(review.id(), review.object(), number, hash, review.user()));
  }

  private Stamp restored(HeadAdmissionRequest review, Stamp stamp, ContentHash hash) {
    VersionNumber newest =
        numbers.highest(review.id()).map(stamp.newest()::max).orElse(stamp.newest());
    return new Stamp(stamp.version(), hash, newest, review.user());
  }

  private boolean isFreeOrSame(HeadAdmissionRequest review, VersionNumber number, Content content) {
    ObjectKey version = Version.id(review.id(), number);
    return versions.isVersion(version, content, review.dryRun()) || store.get(version).isEmpty();
  }

  private Stamp unchanged(HeadAdmissionRequest review, Content content, JsonNode old) {
    ContentHash hash = hasher.hash(content);
    Optional<Stamp> stamp = versions.validStamp(review.id(), old, content);
    if (stamp.isEmpty()) {
      Optional<String> user = review.user().map(known -> Stamp.UNKNOWN_USER);
      return given(review, request(review, content, hash, Stamp.newest(old), user));
    }
    Stamp kept = stamp.get();
    return isStrangersName(review, kept, content)
        ? given(
            review, request(review, content, hash, Optional.of(kept.newest()), kept.changedBy()))
        : new Stamp(kept.version(), hash, kept.newest(), kept.changedBy());
  }

  /**
   * Whether a new number is asked for because a stranger has the name, and one really has. This may
   * be asked by our own answer to the same request, when it is admitted once more.
   */
  private boolean isStrangersName(HeadAdmissionRequest review, Stamp stamp, Content content) {
    boolean isAskedFor =
        KubernetesJson.annotation(review.object(), Annotations.RESTAMP)
            .flatMap(VersionNumber::parse)
            .filter(stamp.version()::equals)
            .isPresent();
    boolean hasAnother =
        Stamp.of(review.object()).filter(s -> !s.version().equals(stamp.version())).isPresent();
    return (isAskedFor || hasAnother) && !isFreeOrSame(review, stamp.version(), content);
  }

  private Stamp changed(
      HeadAdmissionRequest review, Content content, JsonNode old, Content oldContent) {
    ContentHash hash = hasher.hash(content);
    Optional<String> asOf = asOf(old);
    Stamp.of(old).ifPresent(stamp -> prefetchNext(review, hash, stamp, asOf));
    Optional<VersionNumber> newest = keepPredecessor(review, old, oldContent);
    AllocationRequest request = request(review, content, hash, newest, review.user());
    return given(review, request.asOf(asOf));
  }

  /**
   * When the head was stamped as it is, its older versions had been made. Its current one may have
   * been made since, and has other content.
   */
  private static Optional<String> asOf(JsonNode head) {
    return Stamp.of(head)
        .flatMap(stamp -> KubernetesJson.text(head.path("metadata").path("resourceVersion")));
  }

  /** What all goes well with: the predecessor is there, and nothing had this content before. */
  private void prefetchNext(
      HeadAdmissionRequest review, ContentHash hash, Stamp stamp, Optional<String> asOf) {
    if (!review.dryRun()) {
      store.prefetchGet(review.id());
    }
    store.prefetchGet(Version.id(review.id(), stamp.version()));
    store.prefetchVersionsWith(review.id(), hash, asOf);
    prefetchTry(review, stamp.newest().next(), hash);
  }

  /**
   * Makes sure that the content which is about to go has its version.
   *
   * @return the highest number given so far
   */
  private Optional<VersionNumber> keepPredecessor(
      HeadAdmissionRequest review, JsonNode old, Content oldContent) {
    ObjectKey id = review.id();
    Optional<JsonNode> persisted = review.dryRun() ? Optional.of(old) : store.get(id);
    Optional<JsonNode> source =
        persisted
            .filter(head -> isVersioned(review, head))
            .filter(head -> Content.of(id.kind(), head).sameAs(oldContent));
    if (source.isEmpty()) {
      // The head is not what this request is based on: it will conflict, and be admitted anew. Or
      // it was left out until now, whatever the review says: no version of that is due.
      return Stamp.newest(old);
    }
    Optional<Stamp> stamp = versions.validStamp(id, source.get(), oldContent);
    try {
      if (stamp.isPresent()
          && versions.ensure(id, source.get(), oldContent, stamp.get(), review.dryRun())) {
        return stamp.map(Stamp::newest);
      }
    } catch (ApiServerException e) {
      throw AdmissionDeniedException.of(e, "keep the version before this one", id);
    }
    Optional<VersionNumber> newest = stamp.map(Stamp::newest).or(() -> Stamp.newest(source.get()));
    Optional<String> changedBy =
        stamp.isPresent() ? stamp.get().changedBy() : review.user().map(user -> Stamp.UNKNOWN_USER);
    return Optional.of(
        numbers
            .allocate(
                new AllocationRequest(
                    id, source.get(), oldContent, hasher.hash(oldContent), newest, changedBy),
                Mode.MAKE,
                review.dryRun())
            .newest());
  }

  private static boolean isVersioned(HeadAdmissionRequest review, JsonNode persisted) {
    return Eligibility.of(review.id().kind(), persisted, Optional.of(persisted), review.namespace())
        .isVersioned();
  }

  private static AllocationRequest request(
      HeadAdmissionRequest review,
      Content content,
      ContentHash hash,
      Optional<VersionNumber> newest,
      Optional<String> changedBy) {
    return new AllocationRequest(review.id(), review.object(), content, hash, newest, changedBy);
  }

  private Stamp given(HeadAdmissionRequest review, AllocationRequest request) {
    VersionAllocator.Allocation given = numbers.allocate(request, Mode.TRY, review.dryRun());
    if (review.oldObject().isEmpty() && !given.isThere()) {
      requireRoomForBoth(review, given.number());
    }
    return new Stamp(given.number(), request.hash(), given.newest(), request.changedBy());
  }

  /** The version was tried before its head is counted: a quota may have room for one of them. */
  private void requireRoomForBoth(HeadAdmissionRequest review, VersionNumber number) {
    QuotaCheck.exceeded(quotas(review.id().namespace()), review.id().kind(), HEAD_AND_VERSION)
        .ifPresent(
            words -> {
              throw AdmissionDeniedException.of(
                  new ApiServerException(AdmissionDeniedException.FORBIDDEN, words),
                  "make version " + number,
                  review.id());
            });
  }

  private List<JsonNode> quotas(String namespace) {
    try {
      return store.quotas(namespace);
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        // Without the right to read them, the API server tells of them when the version is made.
        return List.of();
      }
      throw e;
    }
  }

  /** Without who changed it, where the annotations have no room for that. */
  private static Stamp withRoom(Stamp stamp, JsonNode object) {
    int bytes = ROOM_FOR_OTHER_ANNOTATIONS;
    for (var entry : KubernetesJson.entries(object.path("metadata").path("annotations"))) {
      if (!stamp.annotations().containsKey(entry.getKey())) {
        bytes += utf8(entry.getKey()) + utf8(entry.getValue().asText(""));
      }
    }
    bytes += utf8(Annotations.CHANGED_BY) + stamp.changedBy().map(HeadDecision::utf8).orElse(0);
    return bytes <= MAX_ANNOTATION_BYTES
        ? stamp
        : new Stamp(stamp.version(), stamp.content(), stamp.newest(), Optional.empty());
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
