package dev.lockstep.app;

import dev.lockstep.controller.leader.LeaderControllers;
import dev.lockstep.controller.retention.RetentionController;
import dev.lockstep.kubernetes.watch.NamespaceListener;
import dev.lockstep.kubernetes.watch.ReferrerWatcher;
import dev.lockstep.model.ObjectKey;
import jakarta.inject.Singleton;

/** Passes on to the controllers what the watches and the leader election tell. */
@Singleton
class ChangeDispatcher {
  private final LeaderControllers leader;
  private final RetentionController retention;
  private final ReferrerWatcher referrers;

  ChangeDispatcher(
      LeaderControllers leader, RetentionController retention, ReferrerWatcher referrers) {
    this.leader = leader;
    this.retention = retention;
    this.referrers = referrers;
  }

  void startLeading() {
    leader.startLeading();
    retention.lead();
    referrers.start();
  }

  void stopLeading() {
    leader.stopLeading();
    retention.follow();
    referrers.stop();
  }

  void headAdded(ObjectKey head) {
    leader.headAdded(head);
    retention.touched(head.namespace());
  }

  void headChanged(ObjectKey head) {
    leader.headChanged(head);
    retention.touched(head.namespace());
  }

  void headGone(ObjectKey head) {
    leader.headGone(head);
    retention.touched(head.namespace());
  }

  NamespaceListener namespaces() {
    return new NamespaceListener(
        this::namespaceOptedIn, this::namespaceChanged, this::namespaceOptedOut);
  }

  private void namespaceOptedIn(String namespace) {
    retention.optedIn(namespace);
    leader.namespaceOptedIn(namespace);
  }

  private void namespaceChanged(String namespace) {
    leader.namespaceChanged(namespace);
    retention.touched(namespace);
  }

  private void namespaceOptedOut(String namespace) {
    leader.namespaceOptedOut(namespace);
    retention.touched(namespace);
  }
}
