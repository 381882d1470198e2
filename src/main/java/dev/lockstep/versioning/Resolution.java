package dev.lockstep.versioning;

import dev.lockstep.model.Content;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import java.util.Optional;
import java.util.Set;

/** What the name of a ConfigMap or Secret in a pod template stands for. */
public sealed interface Resolution {

  /** The same, with no more of the content than which of these keys it has. */
  default Resolution keeping(Set<String> keys) {
    if (this instanceof OfHead head) {
      return new OfHead(head.current(), head.content().keysAmong(keys), head.followsAlways());
    }
    if (this instanceof OfVersion named) {
      Version version = named.version();
      return new OfVersion(
          new Version(
              version.id(), version.head(), version.number(), version.content().keysAmong(keys)));
    }
    return this instanceof Unversioned other
        ? new Unversioned(other.content().keysAmong(keys), other.refusal())
        : this;
  }

  /** No object has this name. */
  record Nothing() implements Resolution {}

  /**
   * A head; its current version is there (or would be, under dry run).
   *
   * @param followsAlways whether it is to be current in what a rollback brings back, too
   */
  record OfHead(VersionNumber current, Content content, boolean followsAlways)
      implements Resolution {}

  /** A version, named explicitly or by an earlier binding. */
  record OfVersion(Version version) implements Resolution {}

  /**
   * An object without versions.
   *
   * @param refusal the API server's words, if it should have versions but somebody's rule refused
   *     the stamp or the version
   * @param isEmptyYet whether it gets versions as soon as it is applied with data
   */
  record Unversioned(Content content, Optional<String> refusal, boolean isEmptyYet)
      implements Resolution {
    public Unversioned(Content content, Optional<String> refusal) {
      this(content, refusal, false);
    }
  }
}
