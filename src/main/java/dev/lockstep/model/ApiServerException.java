package dev.lockstep.model;

import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A call to the API server that was refused or got no answer. */
public final class ApiServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The code of a call that got no answer in time. */
  public static final int NO_ANSWER = 0;

  /**
   * The API server's words for the refusal of an admission webhook or of a
   * ValidatingAdmissionPolicy. Both choose their code: a webhook without one is answered with 400
   * (Kyverno), a policy without a reason with 422.
   */
  private static final Pattern DENIAL =
      Pattern.compile(
          "admission webhook \"[^\"]*\" denied the request|ValidatingAdmissionPolicy '.*denied"
              + " request",
          Pattern.DOTALL);

  /** Why a call failed. */
  public enum Reason {
    /** It got none in time, or the connection broke: it may have been done. */
    NO_ANSWER,
    /** The object is there already, or not as it was read. */
    CONFLICT,
    NOT_FOUND,
    /** Quota, rights, or a policy. */
    FORBIDDEN,
    /** The API server's own validation. */
    INVALID,
    /** Somebody's webhook or policy said no, with a code of its own. */
    DENIED,
    /** The same call may pass later. */
    UNAVAILABLE,
    OTHER;

    private static Reason of(int code, String message) {
      return switch (code) {
        case ApiServerException.NO_ANSWER -> NO_ANSWER;
        case 429, 503, 504 -> UNAVAILABLE;
        case 403 -> FORBIDDEN;
        default -> DENIAL.matcher(message).find() ? DENIED : ofCode(code);
      };
    }

    private static Reason ofCode(int code) {
      return switch (code) {
        case 404 -> NOT_FOUND;
        case 409 -> CONFLICT;
        case 422 -> INVALID;
        default -> code >= 500 ? UNAVAILABLE : OTHER;
      };
    }
  }

  private final int code;
  private final Reason reason;
  private final boolean confidential;

  /**
   * @param code the HTTP status, or {@link #NO_ANSWER}
   * @param message the API server's words, which hold no content
   */
  public ApiServerException(int code, String message) {
    this(code, message, Reason.of(code, message), false, null);
  }

  public ApiServerException(int code, String message, Throwable cause) {
    this(code, message, Reason.of(code, message), false, cause);
  }

  private ApiServerException(
      int code, String message, Reason reason, boolean confidential, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = reason;
    this.confidential = confidential;
  }

  /** A refusal of somebody's own rule, whose words may quote what the object holds. */
  public static ApiServerException confidential(int code, String message) {
    return new ApiServerException(code, message, Reason.of(code, message), true, null);
  }

  /**
   * The same for logs, Events, and whoever may not read the object: without words that may quote
   * it, so without the cause, too.
   */
  public ApiServerException discreet() {
    return confidential
        ? new ApiServerException(
            code,
            "refused with " + code + ", in words for who may read the Secret alone",
            reason,
            false,
            null)
        : this;
  }

  public int code() {
    return code;
  }

  public Reason reason() {
    return reason;
  }

  /** Whether somebody's rule (quota, policy, rights, validation) refused it: no use to repeat. */
  public boolean isRefusal() {
    return reason == Reason.FORBIDDEN || reason == Reason.INVALID || reason == Reason.DENIED;
  }

  /** Never null: none is made without one. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
