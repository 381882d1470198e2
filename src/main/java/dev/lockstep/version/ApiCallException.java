package dev.lockstep.version;

/** A call to the API server that was refused or got no answer. */
public final class ApiCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The code of a call that got no answer in time. */
  public static final int NO_ANSWER = 0;

  private final int code;

  /**
   * @param code the HTTP status, or {@link #NO_ANSWER}
   * @param message the API server's words; they never hold an object's content
   */
  public ApiCallException(int code, String message) {
    super(message);
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** Whether somebody's rule (quota, policy, rights, validation) refused it: no use to repeat. */
  public boolean isRefusal() {
    return code == 403 || code == 422;
  }
}
