package dev.lockstep.controller.retention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadRef;
import dev.lockstep.retention.RetentionCandidate;
import dev.lockstep.retention.VersionReferrers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Versions of a namespace and all that can use them. Reads are live and complete: every method
 * throws {@link dev.lockstep.model.ApiServerException} rather than to leave something out.
 */
public interface VersionRepository extends VersionReferrers {

  List<RetentionCandidate> all(String namespace);

  /** Every namespace that has one, opted in or not. */
  Set<String> namespaces();

  /** Metadata of the heads. */
  Map<HeadRef, JsonNode> heads(String namespace);

  /** Whether there is any object under a head's name, head or not. */
  boolean exists(HeadRef head, String namespace);

  /**
   * @return false if the object is not as it was read, or no version at all but for its metadata
   */
  boolean mark(RetentionCandidate version, Instant since);

  /** Nothing happens if the version is not as it was read. */
  void unmark(RetentionCandidate version);

  /**
   * @return false if the version is not as it was read, so somebody may be about to use it; or if
   *     the object is no version at all but for its metadata
   */
  boolean delete(RetentionCandidate version);
}
