package dev.lockstep.kubernetes.watch;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where it is known from which namespaces are opted in. */
interface NamespaceSource extends AutoCloseable {

  /**
   * A namespace that is opted in.
   *
   * @param ends whether it is being deleted
   */
  record Known(String name, Map<String, String> annotations, boolean ends) {}

  void start(NamespaceWatcher.Listener listener);

  WatchStatus watched();

  /** Whether all were seen once. */
  boolean isReady();

  /** Whether this one can be opted in at all. */
  boolean mayBe(String namespace);

  Optional<Known> find(String namespace);

  List<Known> all();

  @Override
  void close();
}
