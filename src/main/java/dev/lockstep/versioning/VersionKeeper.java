package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.CopiedLabels;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionStore.Creation;
import java.util.Optional;

/**
 * Finds versions and makes sure of them. Whoever meets one that retention has marked as unused is
 * about to use it, so the mark goes first: a delete that is under way fails then.
 */
final class VersionKeeper {
  /**
   * So often a mark is taken off without anybody found to name the version. Then somebody only says
   * that he will, and it counts as gone.
   */
  static final int MAX_UNMARKED = 10;

  private final VersionStore store;
  private final ContentHasher hasher;
  private final CopiedLabels copied;

  VersionKeeper(VersionStore store, ContentHasher hasher, CopiedLabels copied) {
    this.store = store;
    this.hasher = hasher;
    this.copied = copied;
  }

  /** The same, as one decision sees the API server. */
  VersionKeeper seenBy(VersionStore other) {
    return new VersionKeeper(other, hasher, copied);
  }

  ContentHasher hasher() {
    return hasher;
  }

  HashedContent content(ObjectKey head, JsonNode object) {
    return new HashedContent(head, Content.of(head.kind(), object), hasher);
  }

  /** The object to create for a version. */
  ObjectNode object(
      ObjectKey head,
      JsonNode source,
      VersionNumber number,
      HashedContent content,
      Optional<String> changedBy) {
    return Version.object(head, source, number, content.hash(), changedBy, copied);
  }

  /** A live read of what may be a version. */
  Optional<JsonNode> meet(ObjectKey id, boolean dryRun) {
    Optional<JsonNode> found = store.get(id);
    if (found.filter(VersionKeeper::isMarked).isEmpty()) {
      return found;
    }
    int times = timesUnmarked(found.get()) + 1;
    boolean isKept = times <= MAX_UNMARKED && (dryRun || store.unmark(id, times));
    return found.filter(object -> isKept);
  }

  private static boolean isMarked(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.UNUSED_SINCE).isPresent();
  }

  private static int timesUnmarked(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.UNMARKED)
        .filter(text -> text.matches("[0-9]{1,9}"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  boolean isVersion(ObjectKey version, Content content, boolean dryRun) {
    return meet(version, dryRun).filter(object -> isVersion(version, object, content)).isPresent();
  }

  private boolean isVersion(ObjectKey version, JsonNode object, Content content) {
    return Version.of(version, object, hasher)
        .filter(found -> found.content().sameAs(content))
        .isPresent();
  }

  /** Whether nothing stands in the way of this content's having the number. */
  boolean isFreeOrSame(ObjectKey head, VersionNumber number, Content content, boolean dryRun) {
    ObjectKey version = Version.id(head, number);
    return isVersion(version, content, dryRun) || store.get(version).isEmpty();
  }

  /** The head's stamp, if it is the stamp of what the head holds. */
  Optional<Stamp> validStamp(ObjectKey head, JsonNode object, HashedContent content) {
    return Stamp.of(object)
        .filter(
            stamp ->
                hasher.knows(head, stamp.content())
                    ? content.hash().equals(stamp.content())
                    : isVersion(Version.id(head, stamp.version()), content.content(), true));
  }

  /**
   * Makes sure that the version of a persisted head exists, cloned from that very head. Under dry
   * run it is only tried, so that a quota refuses then what it would refuse later.
   *
   * @return false if a stranger's object has its name
   * @throws dev.lockstep.model.ApiServerException if it can't be made
   */
  boolean ensure(
      ObjectKey head, JsonNode object, HashedContent content, Stamp stamp, boolean dryRun) {
    ObjectKey version = Version.id(head, stamp.version());
    Optional<JsonNode> there = meet(version, dryRun);
    if (there.isPresent()) {
      return isVersion(version, there.get(), content.content());
    }
    Creation creation =
        store.create(
            version, object(head, object, stamp.version(), content, stamp.changedBy()), dryRun);
    if (creation instanceof Creation.Failed failed) {
      if (CreateFailure.isObstacle(failed, dryRun)) {
        throw failed.cause();
      }
      return true;
    }
    return creation instanceof Creation.Created || isVersion(version, content.content(), dryRun);
  }
}
