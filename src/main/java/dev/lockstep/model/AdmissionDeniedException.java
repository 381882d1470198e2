package dev.lockstep.model;

/**
 * Why an admission can't be allowed, in the words that kubectl prints.
 *
 * @see <a href="https://github.com/kubernetes/apimachinery">metav1.Status</a> for the code
 */
public final class AdmissionDeniedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Quota or policy. */
  public static final int FORBIDDEN = 403;

  /** A name or value that can't be. */
  public static final int INVALID = 422;

  /** The API server did not answer, or not in time: the same request may pass later. */
  public static final int UNAVAILABLE = 503;

  private final int code;

  /**
   * @param what what could not be done: {@code "version"}
   * @param cause without a full stop
   * @param remedy a sentence
   */
  public AdmissionDeniedException(
      int code, String what, Object object, String cause, String remedy) {
    super("lockstep: cannot " + what + " for " + object + ": " + cause + ". " + remedy);
    this.code = code;
  }

  /** A denial because of a refused or failed call. */
  public static AdmissionDeniedException of(ApiServerException call, String what, Object object) {
    String words = call.getMessage().replaceAll("\\.\\s*$", "");
    return call.isRefusal()
        ? new AdmissionDeniedException(
            FORBIDDEN, what, object, words, "Make room or change the rule, then apply again.")
        : new AdmissionDeniedException(
            UNAVAILABLE, what, object, words, "Nothing was changed; apply again.");
  }

  public int code() {
    return code;
  }
}
