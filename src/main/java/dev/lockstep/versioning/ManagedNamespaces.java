package dev.lockstep.versioning;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ManagedNamespace;
import java.util.Optional;

/** The namespaces that are opted in. */
public interface ManagedNamespaces {

  /**
   * Looked up in a watch, and live on a miss, since the label may be a second old.
   *
   * @throws ApiServerException if the API server does not answer
   */
  Optional<ManagedNamespace> optedIn(String namespace);
}
