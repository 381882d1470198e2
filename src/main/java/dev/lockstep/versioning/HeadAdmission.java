package dev.lockstep.versioning;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHasher;
import java.util.concurrent.Executor;

/**
 * Decides the stamp of a ConfigMap or Secret that is created or updated.
 *
 * <p>The number comes from the persisted predecessor: of two writers, the API server's optimistic
 * lock lets one through, and asks again for the other. The version itself is made after the head
 * was persisted, from what was persisted; only a predecessor's, whose content is about to go, is
 * made here.
 */
public final class HeadAdmission {
  private final VersionStore store;
  private final ContentHasher hasher;
  private final VersionResolver versions;
  private final Executor calls;

  /**
   * @param calls makes calls to the store that don't wait for each other
   */
  public HeadAdmission(
      VersionStore store, ContentHasher hasher, VersionResolver versions, Executor calls) {
    this.store = store;
    this.hasher = hasher;
    this.versions = versions;
    this.calls = calls;
  }

  /**
   * @throws AdmissionDeniedException if no version could be made of this content, or of the one
   *     that it replaces
   * @throws ApiServerException if the API server does not answer
   */
  public HeadAdmissionResult decide(HeadAdmissionRequest review) {
    PrefetchingVersionStore ahead = new PrefetchingVersionStore(store, calls);
    HeadAdmissionResult outcome =
        new HeadDecision(ahead, hasher, versions.seenBy(ahead)).decide(review);
    if (outcome instanceof HeadAdmissionResult.Stamped stamped) {
      versions.expect(review.id(), stamped.stamp().version());
    }
    return outcome;
  }
}
