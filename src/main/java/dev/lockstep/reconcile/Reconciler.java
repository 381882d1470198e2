package dev.lockstep.reconcile;

import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.Meaning;
import dev.lockstep.version.Namespaces;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Makes the current version of each head right after the head was persisted, and stamps heads whose
 * stamp is not their content's. Only the leader does; requests need none.
 */
public final class Reconciler {
  private static final Logger LOG = Logger.getLogger(Reconciler.class);

  private final CurrentVersions versions;
  private final Namespaces namespaces;
  private final Supplier<Collection<ObjectId>> allHeads;
  private final WorkQueue<ObjectId> queue;
  private volatile boolean leading;

  /**
   * @param allHeads the heads that are there when this replica begins to lead
   */
  public Reconciler(
      CurrentVersions versions,
      Namespaces namespaces,
      Supplier<Collection<ObjectId>> allHeads,
      ScheduledExecutorService executor) {
    this.versions = versions;
    this.namespaces = namespaces;
    this.allHeads = allHeads;
    this.queue = new WorkQueue<>(executor, this::reconcile);
  }

  public void lead() {
    leading = true;
    allHeads.get().forEach(queue::add);
  }

  public void follow() {
    leading = false;
    queue.clear();
  }

  /** To be called for each head that appeared or changed. */
  public void headChanged(ObjectId head) {
    if (leading) {
      queue.add(head);
    }
  }

  private boolean reconcile(ObjectId head) {
    try {
      Optional<OptedIn> namespace = namespaces.optedIn(head.namespace());
      if (namespace.isPresent()
          && versions.of(head, namespace.get(), false) instanceof Meaning.OfHead current) {
        LOG.debugf("%s: %s is there", head, current.current());
      }
      return true;
    } catch (ApiCallException e) {
      LOG.warnf("%s: no version made yet: %s", head, e.getMessage());
      return false;
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s: no version made", head);
      return false;
    }
  }
}
