package dev.lockstep.controller.namespace;

/** What is done when a namespace is opted out, besides what is done with its heads. */
public interface OptOut {

  /**
   * Takes off what Lockstep noted.
   *
   * @param namespace one that was seen opted in, and is not any more
   */
  void leave(String namespace);
}
