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
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Says what a name means now, and makes sure that the version which it means is there. Whoever
 * needs a version goes through here: the leader after a head was persisted, the head's next
 * admission for its predecessor, a workload's admission for what it binds. All do the same, and
 * doing it twice changes nothing.
 */
public final class VersionResolver {
  /** Enough for several strangers' objects in a row; each round has one more number. */
  private static final int MAX_ROUNDS = 8;

  private final VersionStore store;
  private final VersionKeeper versions;
  private final Executor calls;
  private final CurrentVersionCache lastSeen;
  private final ChangeRate rate;

  /** What became of a head's current version where nobody asked for it. */
  public sealed interface Upkeep {
    /** It is there. */
    record Kept(VersionNumber current) implements Upkeep {}

    /** The head changes faster than anybody could roll out: it is made when somebody needs it. */
    record TooFast() implements Upkeep {}

    /** The object has no versions. */
    record NoHead() implements Upkeep {}
  }

  /**
   * @param calls makes calls to the store that don't wait for each other
   */
  public VersionResolver(VersionStore store, ContentHasher hasher, Executor calls) {
    this(store, hasher, calls, VersionSettings.DEFAULT);
  }

  /**
   * @param calls makes calls to the store that don't wait for each other
   */
  public VersionResolver(
      VersionStore store, ContentHasher hasher, Executor calls, VersionSettings settings) {
    this(
        store,
        new VersionKeeper(store, hasher, settings.copied()),
        calls,
        new CurrentVersionCache(),
        new ChangeRate(settings));
  }

  private VersionResolver(
      VersionStore store,
      VersionKeeper versions,
      Executor calls,
      CurrentVersionCache lastSeen,
      ChangeRate rate) {
    this.store = store;
    this.versions = versions;
    this.calls = calls;
    this.lastSeen = lastSeen;
    this.rate = rate;
  }

  private VersionResolver seenBy(PrefetchingVersionStore ahead) {
    return new VersionResolver(ahead, versions.seenBy(ahead), calls, lastSeen, rate);
  }

  /** A decision about a head, by what is known here of it and others. */
  HeadDecision decision(HeadAdmissionRequest review, PrefetchingVersionStore ahead) {
    return new HeadDecision(review, ahead, versions.seenBy(ahead), lastSeen, rate);
  }

  /** What will be current, if the API server persists what it was told. */
  void expect(ObjectKey head, VersionNumber number) {
    lastSeen.expect(head, number);
  }

  /**
   * What the name of a ConfigMap or Secret stands for. A head without a valid stamp is stamped
   * first; a current version that is not there yet is made (not under dry run). What somebody's
   * rule refuses makes it an object without versions: a workload that names it is not to be stuck.
   *
   * @throws ApiServerException if the API server does not answer
   */
  public Resolution resolve(ObjectKey id, ManagedNamespace namespace, boolean dryRun) {
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(store, calls);
    lastSeen.of(id).ifPresent(number -> ahead.prefetchGet(Version.id(id, number)));
    return seenBy(ahead).look(id, namespace, dryRun);
  }

  private Resolution look(ObjectKey id, ManagedNamespace namespace, boolean dryRun) {
    Optional<JsonNode> found = versions.meet(id, dryRun);
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
    Optional<Version> version = Version.of(id, found, versions.hasher());
    if (version.isPresent()) {
      return new Resolution.OfVersion(version.get());
    }
    Eligibility.Verdict verdict = verdict(id, found, namespace);
    if (!verdict.isVersioned()) {
      return new Resolution.Unversioned(
          Content.of(id.kind(), found), Optional.empty(), verdict.isEmptyYet());
    }
    try {
      return current(id, found, dryRun);
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        return new Resolution.Unversioned(
            Content.of(id.kind(), found), Optional.of(e.discreet().getMessage()));
      }
      throw e;
    }
  }

  private static Eligibility.Verdict verdict(
      ObjectKey id, JsonNode found, ManagedNamespace namespace) {
    return Eligibility.of(id.kind(), found, Optional.of(found), namespace);
  }

  private Resolution current(ObjectKey id, JsonNode found, boolean dryRun) {
    JsonNode head = found;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      HashedContent content = versions.content(id, head);
      Optional<Stamp> stamp = versions.validStamp(id, head, content);
      if (stamp.isPresent() && versions.ensure(id, head, content, stamp.get(), dryRun)) {
        if (!dryRun) {
          lastSeen.note(id, stamp.get());
        }
        return new Resolution.OfHead(stamp.get().version(), content.content(), followsAlways(head));
      }
      if (isBeingDeleted(head)) {
        // Its admission leaves it as it is, and its content goes with it.
        return new Resolution.Unversioned(content.content(), Optional.empty());
      }
      head = store.requestStamp(id, stamp.map(Stamp::version), dryRun);
    }
    throw new ApiServerException(
        ApiServerException.NO_ANSWER, "it got no valid stamp after " + MAX_ROUNDS + " requests");
  }

  /** As its owner says, for what expires: old credentials would not work any more. */
  private static boolean followsAlways(JsonNode head) {
    return KubernetesJson.annotation(head, Annotations.ROLLBACK)
        .filter("current"::equals)
        .isPresent();
  }

  static boolean isBeingDeleted(JsonNode object) {
    return object.path("metadata").hasNonNull("deletionTimestamp");
  }

  /**
   * Makes sure of a head's current version though nobody has asked for it, so that a rollback finds
   * it. What looks like a head and gets no versions (any more) loses its stamp.
   *
   * @throws ApiServerException if the API server refuses it or does not answer
   */
  public Upkeep keepCurrent(ObjectKey head, ManagedNamespace namespace) {
    Optional<JsonNode> found = store.get(head);
    if (found.isEmpty() || Version.of(head, found.get(), versions.hasher()).isPresent()) {
      return new Upkeep.NoHead();
    }
    if (!verdict(head, found.get(), namespace).isVersioned()) {
      if (Stamp.isHead(found.get())) {
        store.unstamp(head);
      }
      return new Upkeep.NoHead();
    }
    return isTooFast(head, found.get())
        ? new Upkeep.TooFast()
        : current(head, found.get(), false) instanceof Resolution.OfHead of
            ? new Upkeep.Kept(of.current())
            : new Upkeep.NoHead();
  }

  private boolean isTooFast(ObjectKey head, JsonNode found) {
    return Stamp.of(found)
        .map(stamp -> Version.id(head, stamp.version()))
        .filter(version -> store.get(version).isEmpty())
        .filter(version -> rate.isTooFast(head, () -> store.metadataOfVersions(head)))
        .isPresent();
  }

  /** For who names a version without asking what it means: retention must not think it unused. */
  public void keep(ObjectKey version, boolean dryRun) {
    versions.meet(version, dryRun);
  }
}
