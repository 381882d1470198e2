package dev.lockstep.kubernetes.client;

import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import java.util.regex.Pattern;

/**
 * Keeps what a Secret holds out of logs and Events: a refusal may quote it, as the message of
 * somebody's policy can. Only sentences that are known to be Kubernetes' own are passed on as they
 * are; all others are confidential.
 */
final class SecretErrorRedactor {
  private static final int LONGEST_MESSAGE = 400;
  private static final int NOT_FOUND = 404;

  /** What Kubernetes and Lockstep themselves say, which quotes nothing but names and quantities. */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(admission webhook \"heads\\.lockstep\\.dev\" denied the request: lockstep: cannot"
              + " [^:]*: )?(secrets( \"[-a-z0-9.]*\")? is forbidden: )?(exceeded quota: |User"
              + " \"[^\"]*\" cannot ).*");

  /**
   * A webhook that can't be called: the name is the cluster's own, and the cause one of these. What
   * else may follow the name is what the webhook itself has answered, which may quote a Secret.
   */
  private static final Pattern UNREACHABLE_WEBHOOK =
      Pattern.compile(
          "Internal error occurred: failed calling webhook \"[-a-z0-9.]+\": failed to call webhook:"
              + " Post \"[^\"\\s]*\": (dial tcp [-0-9a-zA-Z.:\\[\\] ]*(connect: connection"
              + " refused|i/o timeout|no such host)|context deadline exceeded|net/http: request"
              + " canceled[-a-zA-Z ()./:]*|EOF|(tls|x509): [-a-zA-Z :]*)|Internal error occurred:"
              + " failed calling webhook \"[-a-z0-9.]+\": failed to call webhook: Post"
              + " \"[^\"\\s]*\": (service|no endpoints available for service) \"[-a-z0-9./]+\"( not"
              + " found)?");

  private SecretErrorRedactor() {}

  static ApiServerException exception(String resource, int code, String message) {
    String words =
        message.length() <= LONGEST_MESSAGE
            ? message
            : message.substring(0, LONGEST_MESSAGE) + "...";
    return isConfidential(resource, code, message)
        ? ApiServerException.confidential(code, words)
        : new ApiServerException(code, words);
  }

  private static boolean isConfidential(String resource, int code, String message) {
    return resource.equals(HeadKind.SECRET.resource())
        && code >= 400
        && code != NOT_FOUND
        && !HARMLESS.matcher(message).matches()
        && !UNREACHABLE_WEBHOOK.matcher(message).matches();
  }
}
