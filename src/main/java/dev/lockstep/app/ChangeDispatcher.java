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
  private final LeaderControllers heads;
  private final RetentionController retention;
  private final ReferrerWatcher referrers;

  ChangeDispatcher(LeaderControllers heads, RetentionController retention, ReferrerWatcher referrers) {
    this.heads = heads;
    this.retention = retention;
    this.referrers = referrers;
  }

  void startLeading() {
    heads.startLeading();
    retention.lead();
    referrers.start();
  }

  void stopLeading() {
    heads.stopLeading();
    retention.follow();
    referrers.stop();
  }

  void headAdded(ObjectKey head) {
    heads.headAdded(head);
    retention.touched(head.namespace());
  }

  void headChanged(ObjectKey head) {
    heads.headChanged(head);
    retention.touched(head.namespace());
  }

  void headGone(ObjectKey head) {
    heads.headGone(head);
    retention.touched(head.namespace());
  }

  NamespaceListener namespaces() {
    return new NamespaceListener(
        this::namespaceOptedIn, this::namespaceChanged, this::namespaceOptedOut);
  }

  private void namespaceOptedIn(String namespace) {
    retention.optedIn(namespace);
    heads.namespaceOptedIn(namespace);
  }

  private void namespaceChanged(String namespace) {
    heads.namespaceChanged(namespace);
    retention.touched(namespace);
  }

  private void namespaceOptedOut(String namespace) {
    heads.namespaceOptedOut(namespace);
    retention.touched(namespace);
  }
}
