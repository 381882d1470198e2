package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.retention.Candidate;
import dev.lockstep.retention.Users;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Versions of a namespace and all that can use them. Reads are live and complete: every method
 * throws {@link dev.lockstep.version.ApiCallException} rather than to leave something out.
 */
public interface Versions extends Users {

  List<Candidate> all(String namespace);

  /** Every namespace that has one, opted in or not. */
  Set<String> namespaces();

  /** Metadata of the heads. */
  Map<HeadRef, JsonNode> heads(String namespace);

  /** Whether there is any object under a head's name, head or not. */
  boolean exists(HeadRef head, String namespace);

  /**
   * @return false if the object is not as it was read, or no version at all but for its metadata
   */
  boolean mark(Candidate version, Instant since);

  /** Nothing happens if the version is not as it was read. */
  void unmark(Candidate version);

  /**
   * @return false if the version is not as it was read, so somebody may be about to use it; or if
   *     the object is no version at all but for its metadata
   */
  boolean delete(Candidate version);
}
