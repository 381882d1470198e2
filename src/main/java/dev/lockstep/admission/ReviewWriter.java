package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.version.Denial;
import java.util.Base64;

/** Writes the answers to reviews. */
final class ReviewWriter {
  private final ObjectMapper json = new ObjectMapper();

  byte[] write(String uid, Verdict verdict) {
    ObjectNode review = json.createObjectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode response = review.putObject("response").put("uid", uid);
    if (verdict instanceof Verdict.Denied denied) {
      deny(response, denied);
    } else if (verdict instanceof Verdict.Allowed allowed) {
      allow(response, allowed);
    }
    return bytes(review);
  }

  private static void deny(ObjectNode response, Verdict.Denied denied) {
    response
        .put("allowed", false)
        .putObject("status")
        .put("code", denied.code())
        .put("reason", reason(denied.code()))
        .put("message", denied.message());
  }

  private void allow(ObjectNode response, Verdict.Allowed allowed) {
    response.put("allowed", true);
    if (!allowed.patch().isEmpty()) {
      byte[] patch = bytes(allowed.patch().operations());
      response
          .put("patchType", "JSONPatch")
          .put("patch", Base64.getEncoder().encodeToString(patch));
    }
    if (!allowed.warnings().isEmpty()) {
      allowed.warnings().forEach(response.putArray("warnings")::add);
    }
    if (!allowed.audit().isEmpty()) {
      allowed.audit().forEach(response.putObject("auditAnnotations")::put);
    }
  }

  /** What clients show for a code: metav1.StatusReason. */
  private static String reason(int code) {
    return switch (code) {
      case Denial.FORBIDDEN -> "Forbidden";
      case Denial.INVALID -> "Invalid";
      case Denial.UNAVAILABLE -> "ServiceUnavailable";
      default -> "InternalError";
    };
  }

  private byte[] bytes(JsonNode node) {
    try {
      return json.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON nodes can always be written", e);
    }
  }
}
