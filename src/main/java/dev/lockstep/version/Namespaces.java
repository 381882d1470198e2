package dev.lockstep.version;

import java.util.Optional;

/** The namespaces that are opted in. */
public interface Namespaces {

  /**
   * Looked up in a watch, and live on a miss, since the label may be a second old.
   *
   * @throws ApiCallException if the API server does not answer
   */
  Optional<OptedIn> optedIn(String namespace);

  /**
   * A live look.
   *
   * @throws ApiCallException if the API server does not answer
   */
  boolean isTerminating(String namespace);
}
