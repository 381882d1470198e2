package dev.lockstep.binding;

import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The oldest version that is left of each head: what the head's name meant to those that were there
 * before it. A release may come in the very seconds in which a namespace is opted in; the current
 * version is then no more what older revisions meant.
 */
public record OldestVersions(Map<HeadRef, Beginning> ofHeads) {

  /**
   * @param since when it was made, by the API server's clock
   */
  public record Beginning(VersionNumber number, Instant since) {}

  /** What bare names mean in a revision, given what they mean now. */
  Map<HeadRef, VersionNumber> meaningIn(
      RevisionHistory.Revision revision, Map<HeadRef, VersionNumber> current) {
    Map<HeadRef, VersionNumber> meaning = new HashMap<>(current);
    Optional<Instant> created = revision.created();
    ofHeads.forEach(
        (head, beginning) ->
            created
                .filter(time -> !time.isAfter(beginning.since()))
                .ifPresent(time -> meaning.replace(head, beginning.number())));
    return meaning;
  }
}
