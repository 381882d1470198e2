package dev.lockstep.version;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.VersionStore.Creation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the number for a content: that of an equal older version, or the next whose name is free.
 */
final class NumberGiver {
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
  record Ask(
      ObjectId head,
      JsonNode source,
      Content content,
      ContentHash hash,
      Optional<VersionNumber> newest,
      Optional<String> changedBy,
      Optional<String> asOf) {

    /** With versions looked for live. */
    Ask(
        ObjectId head,
        JsonNode source,
        Content content,
        ContentHash hash,
        Optional<VersionNumber> newest,
        Optional<String> changedBy) {
      this(head, source, content, hash, newest, changedBy, Optional.empty());
    }

    Ask asOf(Optional<String> resourceVersion) {
      return new Ask(head, source, content, hash, newest, changedBy, resourceVersion);
    }
  }

  /** Whether the version is made at once, or its name only tried by a dry run. */
  enum Way {
    TRY,
    MAKE
  }

  /**
   * @param newest the highest number ever given, this one included
   * @param isThere whether an older version serves
   */
  record Given(VersionNumber number, VersionNumber newest, boolean isThere) {}

  private final VersionStore store;
  private final ContentHasher hasher;
  private final CurrentVersions versions;

  NumberGiver(VersionStore store, ContentHasher hasher, CurrentVersions versions) {
    this.store = store;
    this.hasher = hasher;
    this.versions = versions;
  }

  /**
   * Tries names by a create, which tells whether they are free and allowed.
   *
   * @param dryRun whether the request is one: then nothing is written at all
   */
  Given give(Ask ask, Way way, boolean dryRun) {
    ObjectId head = ask.head();
    boolean tried = dryRun || way == Way.TRY;
    List<JsonNode> listed = ask.newest().isPresent() ? List.of() : store.metadataOfVersions(head);
    Optional<VersionNumber> bound = ask.newest().or(() -> highest(head, listed));
    Optional<VersionNumber> equal =
        bound.isEmpty()
            ? Optional.empty()
            : equalVersion(ask, dryRun).or(() -> equalOfOtherScheme(ask, listed, dryRun));
    if (equal.isPresent()) {
      return new Given(equal.get(), bound.get().max(equal.get()), true);
    }
    VersionNumber number = bound.map(VersionNumber::next).orElse(VersionNumber.FIRST);
    for (int strangers = 0; strangers <= MAX_STRANGERS; strangers++) {
      ObjectId id = checked(Version.id(head, number), head);
      JsonNode object = Version.object(head, ask.source(), number, ask.hash(), ask.changedBy());
      Creation creation = store.create(id, object, tried);
      if (creation instanceof Creation.Failed failed && !isDryRunTrouble(failed, tried)) {
        throw Denial.of(failed.cause(), "make version " + number, head);
      }
      boolean isFree = !(creation instanceof Creation.NameTaken);
      if (isFree || versions.isVersion(id, ask.content(), dryRun)) {
        return new Given(number, number, !isFree);
      }
      number = number.next();
    }
    throw new Denial(
        Denial.UNAVAILABLE,
        "make a version",
        head,
        "objects of others have the names up to " + Version.id(head, number).name(),
        "Remove or rename them.");
  }

  Optional<VersionNumber> highest(ObjectId head) {
    return highest(head, store.metadataOfVersions(head));
  }

  private static Optional<VersionNumber> highest(ObjectId head, List<JsonNode> listed) {
    return listed.stream()
        .map(object -> VersionName.parse(Json.name(object)))
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
      Ask ask, List<JsonNode> listed, boolean dryRun) {
    ObjectId head = ask.head();
    return listed.stream()
        .filter(
            object ->
                Json.label(object, Keys.CONTENT)
                    .flatMap(ContentHash::parse)
                    .filter(hash -> !hasher.knows(head.kind(), hash))
                    .isPresent())
        .map(object -> VersionName.parse(Json.name(object)))
        .flatMap(Optional::stream)
        .map(VersionName::number)
        .sorted(Comparator.reverseOrder())
        .limit(MAX_COMPARED)
        .filter(number -> versions.isVersion(Version.id(head, number), ask.content(), dryRun))
        .findFirst();
  }

  private Optional<VersionNumber> equalVersion(Ask ask, boolean dryRun) {
    ObjectId head = ask.head();
    return store.versionsWith(head, ask.hash(), ask.asOf()).stream()
        .map(object -> Version.of(head.named(Json.name(object)), object, hasher))
        .flatMap(Optional::stream)
        .filter(version -> version.head().equals(head))
        .map(Version::number)
        .sorted()
        .filter(number -> versions.isVersion(Version.id(head, number), ask.content(), dryRun))
        .findFirst();
  }

  /**
   * Whether a dry run failed for what does not keep a version from being made: a foreign webhook
   * without support for dry run (400), or content that the API server will refuse in the head, too.
   */
  static boolean isDryRunTrouble(Creation.Failed failed, boolean dryRun) {
    return dryRun && (failed.cause().code() == 400 || failed.cause().code() == 422);
  }

  private static ObjectId checked(ObjectId version, ObjectId head) {
    int length = version.name().length();
    if (length > VersionName.MAX_LENGTH) {
      throw new Denial(
          Denial.INVALID,
          "make a version",
          head,
          "its name would have " + length + " characters, " + VersionName.MAX_LENGTH + " can be",
          "Use a shorter name, or annotate it with " + Keys.VERSIONED + "=false.");
    }
    return version;
  }
}
