package dev.lockstep.versioning;

import dev.lockstep.model.Content;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionNumber;
import java.util.Optional;

/** What the name of a ConfigMap or Secret in a pod template stands for. */
public sealed interface Resolution {

  /** No object has this name. */
  record Nothing() implements Resolution {}

  /** A head; its current version is there (or would be, under dry run). */
  record OfHead(VersionNumber current, Content content) implements Resolution {}

  /** A version, named explicitly or by an earlier binding. */
  record OfVersion(Version version) implements Resolution {}

  /**
   * An object without versions.
   *
   * @param refusal the API server's words, if it should have versions but somebody's policy refused
   *     the stamp
   */
  record Unversioned(Content content, Optional<String> refusal) implements Resolution {}
}
