package dev.lockstep.controller.head;

import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What metadata says of a head.
 *
 * @param number of its current version
 * @param changedBy the user who brought what it holds, where that is recorded
 * @param changed when that was, by the API server's clock; empty where nobody's field ownership
 *     says it
 * @param followsWhenHeld whether it is never kept on an older version
 */
public record CurrentHead(
    VersionNumber number,
    Optional<String> changedBy,
    Optional<Instant> changed,
    boolean followsWhenHeld) {

  /** One that is known to be among these. */
  public static CurrentHead in(Map<HeadRef, CurrentHead> heads, HeadRef head) {
    return Objects.requireNonNull(heads.get(head), head::toString);
  }

  /** The same head with another version, as a later look found it. */
  public CurrentHead at(VersionNumber newer) {
    return new CurrentHead(newer, changedBy, changed, followsWhenHeld);
  }
}
