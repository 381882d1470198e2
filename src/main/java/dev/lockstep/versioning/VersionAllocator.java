package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
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

  private static final int MAX_COMPARED = 10;

  /**
   * What a number is asked for.
   *
   * @param source holds the content; persisted, where a version is to be made of it
   * @param newest the highest number given so far; if it is not known, the versions are listed
   * @param asOf a resourceVersion before which all versions were made that may hold this content;
   *     empty if there is none
   */
  record AllocationRequest(
      ObjectKey head,
      JsonNode source,
      Content content,
      ContentHash hash,
      Optional<VersionNumber> newest,
      Optional<String> changedBy,
      Optional<String> asOf) {

    /** With versions looked for live. */
    AllocationRequest(
        ObjectKey head,
        JsonNode source,
        Content content,
        ContentHash hash,
        Optional<VersionNumber> newest,
        Optional<String> changedBy) {
      this(head, source, content, hash, newest, changedBy, Optional.empty());
    }

    AllocationRequest asOf(Optional<String> resourceVersion) {
      return new AllocationRequest(head, source, content, hash, newest, changedBy, resourceVersion);
    }
  }

  /** Whether the version is made at once, or its name only tried by a dry run. */
  enum Mode {
    TRY,
    MAKE
  }

  /**
   * @param newest the highest number ever given, this one included
   * @param isThere whether an older version serves
   */
  record Allocation(VersionNumber number, VersionNumber newest, boolean isThere) {}

  private final VersionStore store;
  private final ContentHasher hasher;
  private final VersionResolver versions;

  VersionAllocator(VersionStore store, ContentHasher hasher, VersionResolver versions) {
    this.store = store;
    this.hasher = hasher;
    this.versions = versions;
  }

  /**
   * Tries names by a create, which tells whether they are free and allowed.
   *
   * @param dryRun whether the request is one: then nothing is written at all
   */
  Allocation allocate(AllocationRequest request, Mode way, boolean dryRun) {
    ObjectKey head = request.head();
    boolean tried = dryRun || way == Mode.TRY;
    List<JsonNode> listed =
        request.newest().isPresent() ? List.of() : store.metadataOfVersions(head);
    Optional<VersionNumber> bound = request.newest().or(() -> highest(head, listed));
    Optional<VersionNumber> equal =
        bound.isEmpty()
            ? Optional.empty()
            : equalVersion(request, dryRun).or(() -> equalOfOtherScheme(request, listed, dryRun));
    if (equal.isPresent()) {
      return new Allocation(equal.get(), bound.get().max(equal.get()), true);
    }
    VersionNumber number = bound.map(VersionNumber::next).orElse(VersionNumber.FIRST);
    for (int strangers = 0; strangers <= MAX_STRANGERS; strangers++) {
      ObjectKey id = checked(Version.id(head, number), head);
      JsonNode object =
          Version.object(head, request.source(), number, request.hash(), request.changedBy());
      Creation creation = store.create(id, object, tried);
      if (creation instanceof Creation.Failed failed && !isDryRunTrouble(failed, tried)) {
        throw AdmissionDeniedException.of(failed.cause(), "make version " + number, head);
      }
      boolean isFree = !(creation instanceof Creation.NameTaken);
      if (isFree || versions.isVersion(id, request.content(), dryRun)) {
        return new Allocation(number, number, !isFree);
      }
      number = number.next();
    }
    throw new AdmissionDeniedException(
        AdmissionDeniedException.UNAVAILABLE,
        "make a version",
        head,
        "objects of others have the names up to " + Version.id(head, number).name(),
        "Remove or rename them.");
  }

  Optional<VersionNumber> highest(ObjectKey head) {
    return highest(head, store.metadataOfVersions(head));
  }

  private static Optional<VersionNumber> highest(ObjectKey head, List<JsonNode> listed) {
    return listed.stream()
        .map(object -> VersionName.parse(KubernetesJson.name(object)))
        .flatMap(Optional::stream)
        .filter(name -> name.head().equals(head.name()))
        .map(VersionName::number)
        .max(Comparator.naturalOrder());
  }

  /**
   * Versions that were hashed in another way (by an older Lockstep, with a lost key) can't be found
   * by their hash: the newest of them are read and compared.
   */
  private Optional<VersionNumber> equalOfOtherScheme(
      AllocationRequest request, List<JsonNode> listed, boolean dryRun) {
    ObjectKey head = request.head();
    return listed.stream()
        .filter(
            object ->
                KubernetesJson.label(object, Labels.CONTENT)
                    .flatMap(ContentHash::parse)
                    .filter(hash -> !hasher.knows(head.kind(), hash))
                    .isPresent())
        .map(object -> VersionName.parse(KubernetesJson.name(object)))
        .flatMap(Optional::stream)
        .map(VersionName::number)
        .sorted(Comparator.reverseOrder())
        .limit(MAX_COMPARED)
        .filter(number -> versions.isVersion(Version.id(head, number), request.content(), dryRun))
        .findFirst();
  }

  private Optional<VersionNumber> equalVersion(AllocationRequest request, boolean dryRun) {
    ObjectKey head = request.head();
    return store.versionsWith(head, request.hash(), request.asOf()).stream()
        .map(object -> Version.of(head.named(KubernetesJson.name(object)), object, hasher))
        .flatMap(Optional::stream)
        .filter(version -> version.head().equals(head))
        .map(Version::number)
        .sorted()
        .filter(number -> versions.isVersion(Version.id(head, number), request.content(), dryRun))
        .findFirst();
  }

  /**
   * Whether a dry run failed for what does not keep a version from being made: a foreign webhook
   * without support for dry run (400), or content that the API server will refuse in the head, too.
   */
  static boolean isDryRunTrouble(Creation.Failed failed, boolean dryRun) {
    return dryRun && (failed.cause().code() == 400 || failed.cause().code() == 422);
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
