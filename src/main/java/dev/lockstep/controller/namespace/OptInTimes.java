package dev.lockstep.controller.namespace;

import java.time.Instant;

/** Since when a namespace is opted in, for as long as nothing was in between. */
public interface OptInTimes {

  /**
   * The later one of two times: when the namespace was labelled, and when the webhooks were
   * registered. By the API server's clock; {@link Instant#MIN} where nobody knows.
   *
   * @throws dev.lockstep.model.ApiServerException if the API server does not answer
   */
  Instant takenIn(String namespace);
}
