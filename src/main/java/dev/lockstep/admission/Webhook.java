package dev.lockstep.admission;

import dev.lockstep.admission.AdmissionRequest.Operation;
import java.util.EnumSet;
import java.util.Set;

/** One of the webhooks that the API server is told of. May wait for the API server. */
interface Webhook {

  /** As metrics and the audit log call it. */
  String name();

  /** What it is asked about; anything else is refused. */
  default Set<Operation> operations() {
    return EnumSet.of(Operation.CREATE, Operation.UPDATE);
  }

  /**
   * @throws dev.lockstep.version.Denial if the request must not pass
   * @throws dev.lockstep.version.ApiCallException if the API server does not answer
   */
  Verdict.Allowed review(AdmissionRequest request);
}
