package dev.lockstep.webhook;

import java.util.Objects;

/**
 * What was posted is no AdmissionReview; the message says in one sentence why, never quoting it.
 */
public final class MalformedReviewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedReviewException(String message) {
    super(message);
  }

  /** Never null: none is made without one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
