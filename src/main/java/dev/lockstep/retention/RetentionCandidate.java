package dev.lockstep.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * A version as retention sees it: its metadata alone.
 *
 * @param unusedSince when it was first seen unused
 * @param kept whether an annotation keeps it for ever
 * @param uid and {@code resourceVersion}: what a delete has to find unchanged
 */
public record RetentionCandidate(
    HeadRef head,
    VersionNumber number,
    String namespace,
    String name,
    Instant created,
    Optional<Instant> unusedSince,
    boolean kept,
    String uid,
    String resourceVersion) {

  /**
   * @param object labelled as a version; empty if its other metadata says that it is none
   */
  public static Optional<RetentionCandidate> of(HeadKind kind, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    Instant created = Instant.parse(metadata.path("creationTimestamp").asText());
    return VersionName.parse(KubernetesJson.name(object))
        .filter(name -> Version.isSigned(object, name))
        .map(
            name ->
                new RetentionCandidate(
                    new HeadRef(kind, name.head()),
                    name.number(),
                    metadata.path("namespace").asText(),
                    name.toString(),
                    created,
                    // From before its time: it came with a backup.
                    KubernetesJson.annotation(object, Annotations.UNUSED_SINCE)
                        .flatMap(RetentionCandidate::time)
                        .filter(mark -> !mark.isBefore(created)),
                    KubernetesJson.annotation(object, Annotations.KEEP)
                        .filter("true"::equals)
                        .isPresent(),
                    metadata.path("uid").asText(),
                    metadata.path("resourceVersion").asText()));
  }

  /** A mark that can't be read is none: it is set anew, and the grace period begins again. */
  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
