package dev.lockstep.webhook;

/**
 * What was posted is no AdmissionReview; the message says in one sentence why, never quoting it.
 */
public final class MalformedReviewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedReviewException(String message) {
    super(message);
  }
}
