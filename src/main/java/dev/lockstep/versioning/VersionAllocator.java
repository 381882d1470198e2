package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionStore.Creation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the number for a content: that of an equal older version, or the next whose name is free.
 */
final class VersionAllocator {
  /** Names of strangers' objects that are stepped over before giving up. */
  private static final int MAX_STRANGERS = 100;

  /**
   * What an object claims to have been its number is believed up to here, and beyond only as far
   * over the versions that are there: so nobody gets to the last number by writing it down.
   */
  private static final int MAX_CLAIMED = 100_000;

  /**
   * What a number is asked for.
   *
   * @param source holds the content; persisted, where a version is to be made of it
   * @param newest the highest number given so far; if it is not known, the versions are listed
   * @param asOf a resourceVersion before which all versions were made that may hold this content;
   *     empty to look for them live
   * @param isStamped whether it is known who had to do with the versions so far
   */
  record AllocationRequest(
      ObjectKey head,
      JsonNode source,
      HashedContent content,
      Optional<VersionNumber> newest,
      Optional<String> changedBy,
      Optional<String> asOf,
      boolean isStamped) {}

  /** What is done about the version. */
  enum Mode {
    /** Its name is tried by a dry run. */
    TRY,
    /** It is made at once. */
    MAKE,
    /** Nothing: it will not be made unless somebody needs it. */
    GUESS
  }

  /**
   * @param newest the highest number ever given, this one included
   * @param isThere whether an older version serves
   */
  record Allocation(VersionNumber number, VersionNumber newest, boolean isThere) {}

  private final PrefetchingVersionStore store;
  private final VersionKeeper versions;
  private final CurrentVersionCache lastSeen;
  private final EqualVersions equals;

  VersionAllocator(
      PrefetchingVersionStore store, VersionKeeper versions, CurrentVersionCache lastSeen) {
    this.store = store;
    this.versions = versions;
    this.lastSeen = lastSeen;
    this.equals = new EqualVersions(store, versions);
  }

  /** Begins the calls of {@link #allocate} in {@link Mode#TRY}, if nothing had this content yet. */
  void prefetch(AllocationRequest request) {
    ObjectKey head = request.head();
    VersionNumber number = VersionNumber.FIRST;
    if (request.newest().isPresent()) {
      if (request.newest().get().isLast()) {
        return;
      }
      number = request.newest().get().next();
      store.prefetchVersionsWith(head, request.content().hash(), request.asOf());
    }
    if (isListed(request)) {
      store.prefetchMetadataOfVersions(head);
    }
    store.prefetchDryRun(Version.id(head, number), object(request, number));
  }

  /**
   * Of Secrets, since their hashes can have been made with another key; and of what lost its stamp,
   * since nobody knows who had to do with its versions meanwhile.
   */
  private static boolean isListed(AllocationRequest request) {
    return request.newest().isEmpty()
        || !request.isStamped()
        || request.head().kind() == HeadKind.SECRET;
  }

  private JsonNode object(AllocationRequest request, VersionNumber number) {
    return versions.object(
        request.head(), request.source(), number, request.content(), request.changedBy());
  }

  /**
   * Tries names by a create, which tells whether they are free and allowed.
   *
   * @param dryRun whether the request is one: then nothing is written at all
   */
  Allocation allocate(AllocationRequest request, Mode mode, boolean dryRun) {
    ObjectKey head = request.head();
    List<JsonNode> listed = isListed(request) ? store.metadataOfVersions(head) : List.of();
    Optional<VersionNumber> newest = request.newest().or(() -> highestEver(head, listed));
    Optional<VersionNumber> equal =
        newest.isEmpty() ? Optional.empty() : equals.find(request, listed, dryRun);
    if (equal.isPresent()) {
      return new Allocation(equal.get(), newest.get().max(equal.get()), true);
    }
    VersionNumber number = newest.map(last -> after(last, head)).orElse(VersionNumber.FIRST);
    if (mode == Mode.GUESS) {
      checked(Version.id(head, number), head);
      return new Allocation(number, number, false);
    }
    boolean tried = dryRun || mode == Mode.TRY;
    for (int strangers = 0; strangers <= MAX_STRANGERS; strangers++) {
      ObjectKey id = checked(Version.id(head, number), head);
      Creation creation = store.create(id, object(request, number), tried);
      if (creation instanceof Creation.Failed failed && CreateFailure.isObstacle(failed, tried)) {
        throw AdmissionDeniedException.of(failed.cause(), "make version " + number, head);
      }
      boolean isFree = !(creation instanceof Creation.NameTaken);
      if (isFree || versions.isVersion(id, request.content().content(), dryRun)) {
        return new Allocation(number, number, !isFree);
      }
      number = after(number, head);
    }
    throw new AdmissionDeniedException(
        AdmissionDeniedException.UNAVAILABLE,
        "make a version",
        head,
        "objects of others have the names up to " + Version.id(head, number).name(),
        "Remove or rename them.");
  }

  private static VersionNumber after(VersionNumber number, ObjectKey head) {
    if (number.isLast()) {
      throw new AdmissionDeniedException(
          AdmissionDeniedException.INVALID,
          "make a version",
          head,
          "it has had all numbers up to " + number,
          "Use another name, or annotate it with " + Annotations.VERSIONED + "=false.");
    }
    return number.next();
  }

  /** Of the versions that are there. */
  Optional<VersionNumber> highest(ObjectKey head) {
    return highest(head, store.metadataOfVersions(head));
  }

  /**
   * The highest number given to a name that had a head before: a version may have been deleted by
   * hand that somebody still names. Who names what is looked up only where there is a sign of an
   * earlier life of the name, since that takes lists of all workloads and pods.
   */
  private Optional<VersionNumber> highestEver(ObjectKey head, List<JsonNode> listed) {
    Optional<VersionNumber> there = highest(head, listed);
    Optional<VersionNumber> seen = lastSeen.highest(head);
    if (there.isEmpty() && seen.isEmpty()) {
      return Optional.empty();
    }
    return highest(highest(there, seen), believable(head, store.highestNamed(head)));
  }

  /** Such a number as it may be: see {@link #MAX_CLAIMED}. */
  Optional<VersionNumber> believable(ObjectKey head, Optional<VersionNumber> claimed) {
    if (claimed.filter(number -> number.value() > MAX_CLAIMED).isEmpty()) {
      return claimed;
    }
    Optional<VersionNumber> there = highest(head);
    int most = there.map(VersionNumber::value).orElse(0) + MAX_CLAIMED;
    return claimed.filter(number -> number.value() <= most).or(() -> there);
  }

  static Optional<VersionNumber> highest(
      Optional<VersionNumber> one, Optional<VersionNumber> other) {
    return one.map(number -> other.map(number::max).orElse(number)).or(() -> other);
  }

  private static Optional<VersionNumber> highest(ObjectKey head, List<JsonNode> listed) {
    return listed.stream()
        .map(object -> VersionName.parse(KubernetesJson.name(object)))
        .flatMap(Optional::stream)
        .filter(name -> name.head().equals(head.name()))
        .map(VersionName::number)
        .max(Comparator.naturalOrder());
  }

  private static ObjectKey checked(ObjectKey version, ObjectKey head) {
    int length = version.name().length();
    if (length > VersionName.MAX_LENGTH) {
      throw new AdmissionDeniedException(
          AdmissionDeniedException.INVALID,
          "make a version",
          head,
          "its name would have " + length + " characters, " + VersionName.MAX_LENGTH + " can be",
          "Use a shorter name, or annotate it with " + Annotations.VERSIONED + "=false.");
    }
    return version;
  }
}
