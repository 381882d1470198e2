package dev.lockstep.version;

import java.util.Optional;

/** What the name of a ConfigMap or Secret in a pod template stands for. */
public sealed interface Meaning {

  /** No object has this name. */
  record Nothing() implements Meaning {}

  /** A head; its current version is there (or would be, under dry run). */
  record OfHead(VersionNumber current, Content content) implements Meaning {}

  /** A version, named explicitly or by an earlier binding. */
  record OfVersion(Version version) implements Meaning {}

  /**
   * An object without versions.
   *
   * @param refusal the API server's words, if it should have versions but somebody's policy refused
   *     the stamp
   */
  record Unversioned(Content content, Optional<String> refusal) implements Meaning {}
}
