package dev.lockstep.binding;

import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import java.util.Optional;
import java.util.Set;

/**
 * What a request does to a workload, as far as its bindings depend on it.
 *
 * @param returns whether it brings back what was there before
 * @param back the revision that comes back; empty where this admission has seen to it already, and
 *     the API server asks again
 * @param rebind what it asks for by annotation
 * @param held heads that keep the whole workload where it is; none where it is not held
 * @param pinned whether the workload moves only when it is applied
 * @param unchanged whether the template is the persisted one, but for the names of bound heads
 */
record RequestedChange(
    boolean returns,
    Optional<Revision> back,
    Optional<RebindIntent> rebind,
    Set<HeadRef> held,
    boolean pinned,
    boolean unchanged) {

  boolean isHeld() {
    return !held.isEmpty();
  }

  /** What a head was bound to in the revision that comes back. */
  Optional<VersionNumber> hadBound(HeadRef head) {
    return back.flatMap(revision -> revision.bound().of(head));
  }
}
