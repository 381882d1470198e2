package dev.lockstep.admission;

/** One of the webhooks that the API server is told of. May wait for the API server. */
interface Webhook {

  /**
   * @throws dev.lockstep.version.Denial if the request must not pass
   * @throws dev.lockstep.version.ApiCallException if the API server does not answer
   */
  Verdict.Allowed review(AdmissionRequest request);
}
