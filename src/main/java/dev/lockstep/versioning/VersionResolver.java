package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionStore.Creation;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Says what a name means now, and makes sure that the version which it means is there. Whoever
 * needs a version goes through here: the reconciler after a head was persisted, the head's next
 * admission for its predecessor, a workload's admission for what it binds. All do the same, and
 * doing it twice changes nothing.
 */
public final class VersionResolver {
  /** Enough for several strangers' objects in a row; each round has one more number. */
  private static final int MAX_ROUNDS = 8;

  private final VersionStore store;
  private final ContentHasher hasher;
  private final Executor calls;
  private final CurrentVersionCache lastSeen;

  /**
   * @param calls makes calls to the store that don't wait for each other
   */
  public VersionResolver(VersionStore store, ContentHasher hasher, Executor calls) {
    this(store, hasher, calls, new CurrentVersionCache());
  }

  private VersionResolver(
      VersionStore store, ContentHasher hasher, Executor calls, CurrentVersionCache lastSeen) {
    this.store = store;
    this.hasher = hasher;
    this.calls = calls;
    this.lastSeen = lastSeen;
  }

  /** The same, as one decision sees the API server. */
  VersionResolver seenBy(PrefetchingVersionStore ahead) {
    return new VersionResolver(ahead, hasher, calls, lastSeen);
  }

  /** What will be current, if the API server persists what it was told. */
  void expect(ObjectKey head, VersionNumber number) {
    lastSeen.note(head, number);
  }

  /**
   * What the name of a ConfigMap or Secret stands for. A head without a valid stamp is stamped
   * first; a current version that is not there yet is made (not under dry run).
   *
   * @throws ApiServerException if the API server refuses or does not answer
   */
  public Resolution resolve(ObjectKey id, ManagedNamespace namespace, boolean dryRun) {
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(store, calls);
    lastSeen.of(id).ifPresent(number -> ahead.prefetchGet(Version.id(id, number)));
    return seenBy(ahead).look(id, namespace, dryRun);
  }

  private Resolution look(ObjectKey id, ManagedNamespace namespace, boolean dryRun) {
    Optional<JsonNode> found = meet(id, dryRun);
    return found.isEmpty()
        ? notThereYet(id, namespace, dryRun)
        : resolve(id, found.get(), namespace, dryRun);
  }

  /** A version can be named as soon as its number is given, which is before it is made. */
  private Resolution notThereYet(ObjectKey id, ManagedNamespace namespace, boolean dryRun) {
    Optional<VersionName> name = VersionName.parse(id.name());
    if (name.isEmpty()) {
      return new Resolution.Nothing();
    }
    ObjectKey head = id.named(name.get().head());
    VersionNumber number = name.get().number();
    return store
        .get(head)
        .map(found -> resolve(head, found, namespace, dryRun))
        .filter(meaning -> meaning instanceof Resolution.OfHead of && of.current().equals(number))
        .map(meaning -> new Version(id, head, number, ((Resolution.OfHead) meaning).content()))
        .<Resolution>map(Resolution.OfVersion::new)
        .orElseGet(Resolution.Nothing::new);
  }

  private Resolution resolve(
      ObjectKey id, JsonNode found, ManagedNamespace namespace, boolean dryRun) {
    Optional<Version> version = Version.of(id, found, hasher);
    if (version.isPresent()) {
      return new Resolution.OfVersion(version.get());
    }
    if (!Eligibility.of(id.kind(), found, Optional.of(found), namespace).isVersioned()) {
      return new Resolution.Unversioned(Content.of(id.kind(), found), Optional.empty());
    }
    try {
      return current(id, found, dryRun);
    } catch (ApiServerException e) {
      if (e.isRefusal() && Stamp.newest(found).isEmpty()) {
        return new Resolution.Unversioned(
            Content.of(id.kind(), found), Optional.of(e.discreet().getMessage()));
      }
      throw e;
    }
  }

  private Resolution current(ObjectKey id, JsonNode found, boolean dryRun) {
    JsonNode head = found;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Content content = Content.of(id.kind(), head);
      Optional<Stamp> stamp = validStamp(id, head, content);
      if (stamp.isPresent() && ensure(id, head, content, stamp.get(), dryRun)) {
        lastSeen.note(id, stamp.get().version());
        return new Resolution.OfHead(stamp.get().version(), content);
      }
      head = store.requestStamp(id, stamp.map(Stamp::version), dryRun);
    }
    throw new ApiServerException(
        ApiServerException.NO_ANSWER, "it got no valid stamp after " + MAX_ROUNDS + " requests");
  }

  /** The head's stamp, if it is the stamp of what the head holds. */
  Optional<Stamp> validStamp(ObjectKey id, JsonNode head, Content content) {
    return Stamp.of(head)
        .filter(
            stamp ->
                hasher.knows(id.kind(), stamp.content())
                    ? hasher.hash(content).equals(stamp.content())
                    : isVersion(Version.id(id, stamp.version()), content, true));
  }

  /**
   * Makes sure that the version of a persisted head exists, cloned from that very head. Under dry
   * run it is only tried, so that a quota refuses then what it would refuse later.
   *
   * @return false if a stranger's object has its name
   */
  boolean ensure(ObjectKey id, JsonNode head, Content content, Stamp stamp, boolean dryRun) {
    ObjectKey version = Version.id(id, stamp.version());
    Optional<JsonNode> there = meet(version, dryRun);
    if (there.isPresent()) {
      return isVersion(version, there.get(), content);
    }
    return make(
        version,
        Version.object(id, head, stamp.version(), hasher.hash(content), stamp.changedBy()),
        content,
        dryRun);
  }

  private boolean make(ObjectKey version, JsonNode object, Content content, boolean dryRun) {
    Creation creation = store.create(version, object, dryRun);
    if (creation instanceof Creation.Failed failed) {
      if (VersionAllocator.isDryRunTrouble(failed, dryRun)) {
        return true;
      }
      throw failed.cause();
    }
    return creation instanceof Creation.Created || isVersion(version, content, dryRun);
  }

  /**
   * A live read of what may be a version. Whoever meets one that retention has marked as unused is
   * about to use it, so the mark goes first: a delete that is under way fails then.
   */
  private Optional<JsonNode> meet(ObjectKey id, boolean dryRun) {
    return store.get(id).filter(object -> dryRun || !isMarked(object) || store.unmark(id));
  }

  /** For who names a version without asking what it means: retention must not think it unused. */
  public void keep(ObjectKey version, boolean dryRun) {
    meet(version, dryRun);
  }

  private static boolean isMarked(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.UNUSED_SINCE).isPresent();
  }

  boolean isVersion(ObjectKey version, Content content, boolean dryRun) {
    return meet(version, dryRun).filter(object -> isVersion(version, object, content)).isPresent();
  }

  boolean isVersion(ObjectKey version, JsonNode object, Content content) {
    return Version.of(version, object, hasher)
        .filter(found -> found.content().sameAs(content))
        .isPresent();
  }
}
