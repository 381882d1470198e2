package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.callers.PathPrefix;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ApiServerException.Reason;

/**
 * An answer of the API server, whatever it says.
 *
 * @param resource that was asked for, in the plural: {@code configmaps}
 * @param code the HTTP status
 * @param body a missing node if the answer is no JSON
 */
public record ApiResponse(String resource, int code, JsonNode body) {
  public boolean isSuccess() {
    return code >= 200 && code < 300;
  }

  public boolean isForbidden() {
    return isFailure(Reason.FORBIDDEN);
  }

  public boolean isNotFound() {
    return isFailure(Reason.NOT_FOUND);
  }

  /** The object is there already, or is not any more as the request says. */
  public boolean isConflict() {
    return isFailure(Reason.CONFLICT);
  }

  /** Not by the code alone: a webhook or a policy that denies chooses its own. */
  private boolean isFailure(Reason reason) {
    return !isSuccess() && failure().reason() == reason;
  }

  /**
   * Whether the object could be written as it was read.
   *
   * @return false if somebody else has written or deleted it since
   * @throws ApiServerException if the API server refuses it for any other reason
   */
  public boolean isWritten() {
    if (isConflict() || isNotFound()) {
      return false;
    }
    orThrow();
    return true;
  }

  /**
   * @throws ApiServerException if it is no success
   */
  public JsonNode orThrow() {
    if (!isSuccess()) {
      throw failure();
    }
    return body;
  }

  public ApiServerException failure() {
    return SecretErrorRedactor.exception(
        resource,
        code,
        PathPrefix.hidden(body.path("message").asText("the API server answered " + code)));
  }
}
