package dev.lockstep.controller.namespace;

import java.time.Instant;

/** Since when a namespace is opted in, for as long as nothing was in between. */
public interface OptInTimes {

  /**
   * By the API server's clock; {@link Instant#MIN} where nobody knows.
   *
   * @param labelled when the namespace was labelled
   * @param registered when the webhooks were registered
   */
  record OptIn(Instant labelled, Instant registered) {

    /** Since when its admissions are seen. */
    public Instant takenIn() {
      return labelled.isAfter(registered) ? labelled : registered;
    }
  }

  /**
   * @throws dev.lockstep.model.ApiServerException if the API server does not answer
   */
  OptIn of(String namespace);
}
