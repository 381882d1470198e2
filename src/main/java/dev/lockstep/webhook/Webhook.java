package dev.lockstep.webhook;

import dev.lockstep.webhook.AdmissionRequest.Operation;
import java.util.EnumSet;
import java.util.Set;

/** One of the webhooks that the API server is told of. May wait for the API server. */
public interface Webhook {

  /** As metrics and the audit log call it. */
  String name();

  /** What it is asked about; anything else is refused. */
  default Set<Operation> operations() {
    return EnumSet.of(Operation.CREATE, Operation.UPDATE);
  }

  /**
   * @throws dev.lockstep.model.AdmissionDeniedException if the request must not pass
   * @throws dev.lockstep.model.ApiServerException if the API server does not answer
   */
  AdmissionResponse.Allowed review(AdmissionRequest request);
}
