package dev.lockstep.admission;

/**
 * What was posted is no AdmissionReview; the message says in one sentence why, never quoting it.
 */
final class MalformedReviewException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedReviewException(String message) {
    super(message);
  }
}
