package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import java.util.Base64;

/** Writes the answers to reviews. */
public final class AdmissionReviewWriter {
  private final ObjectMapper json = new ObjectMapper();

  public byte[] write(String uid, AdmissionResponse verdict) {
    ObjectNode review = json.createObjectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode response = review.putObject("response").put("uid", uid);
    if (verdict instanceof AdmissionResponse.Denied denied) {
      deny(response, denied);
    } else if (verdict instanceof AdmissionResponse.Allowed allowed) {
      allow(response, allowed);
    }
    return bytes(review);
  }

  private static void deny(ObjectNode response, AdmissionResponse.Denied denied) {
    response
        .put("allowed", false)
        .putObject("status")
        .put("code", denied.code())
        .put("reason", reason(denied.code()))
        .put("message", denied.message());
  }

  private void allow(ObjectNode response, AdmissionResponse.Allowed allowed) {
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
      case AdmissionDeniedException.FORBIDDEN -> "Forbidden";
      case AdmissionDeniedException.INVALID -> "Invalid";
      case AdmissionDeniedException.UNAVAILABLE -> "ServiceUnavailable";
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
