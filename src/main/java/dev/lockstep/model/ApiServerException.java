package dev.lockstep.model;

/** A call to the API server that was refused or got no answer. */
public final class ApiServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The code of a call that got no answer in time. */
  public static final int NO_ANSWER = 0;

  private final int code;
  private final boolean confidential;

  /**
   * @param code the HTTP status, or {@link #NO_ANSWER}
   * @param message the API server's words, which hold no content
   */
  public ApiServerException(int code, String message) {
    this(code, message, false);
  }

  private ApiServerException(int code, String message, boolean confidential) {
    super(message);
    this.code = code;
    this.confidential = confidential;
  }

  /** A refusal of somebody's own rule, whose words may quote what the object holds. */
  public static ApiServerException confidential(int code, String message) {
    return new ApiServerException(code, message, true);
  }

  /**
   * The same for logs, Events, and whoever may not read the object: without words that may quote
   * it.
   */
  public ApiServerException discreet() {
    return confidential
        ? new ApiServerException(
            code, "refused with " + code + ", in words for who may read the Secret alone")
        : this;
  }

  public int code() {
    return code;
  }

  /** Whether somebody's rule (quota, policy, rights, validation) refused it: no use to repeat. */
  public boolean isRefusal() {
    return code == 403 || code == 422;
  }
}
