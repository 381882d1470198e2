package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import java.util.List;
import java.util.Optional;

/**
 * What the rules read and write in the API server. Objects are raw JSON as the API server gave
 * them. Every method throws {@link ApiServerException} when the call is refused or gets no answer,
 * unless it says otherwise.
 */
public interface VersionStore {

  /** A live read, never from a cache. */
  Optional<JsonNode> get(ObjectKey id);

  /** Metadata alone of all objects labelled as versions of this head. */
  List<JsonNode> metadataOfVersions(ObjectKey head);

  /**
   * Objects labelled as versions of this head with this content, in full; usually none or one.
   *
   * @param asOf a resourceVersion: what was made after that may be missing; empty for a live read,
   *     for which the API server waits until it is sure that nothing newer is there
   */
  List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf);

  /** All ResourceQuotas of a namespace. */
  List<JsonNode> quotas(String namespace);

  /** Creates an object; under dry run the API server only says what it would do. */
  Creation create(ObjectKey id, JsonNode object, boolean dryRun);

  /**
   * Asks for a (new) stamp, by setting the annotation {@value Annotations#RESTAMP} on the head: its
   * admission, which this call leads to, stamps it.
   *
   * @param givenUp the number whose name a stranger has, or empty
   * @return the head as it is then (as it would be, under dry run)
   */
  JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun);

  /** Takes the stamp off a head that is left out now, whatever else it has. */
  void unstamp(ObjectKey head);

  /**
   * Takes retention's mark off a version, so that no delete which is under way can succeed.
   *
   * @return false if the version is gone
   */
  boolean unmark(ObjectKey version);

  /** How a create ended. */
  sealed interface Creation {
    record Created() implements Creation {}

    /** Some object has the name already. */
    record NameTaken() implements Creation {}

    /** Refused, or no answer. */
    record Failed(ApiServerException cause) implements Creation {}
  }
}
