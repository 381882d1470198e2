package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.ApiServerException;
import java.util.List;

/** Calls webhooks as an API server does: by a review, and with the patch applied to the object. */
public final class Admissions {

  /**
   * @param object as it is to be persisted; the request's, where it is denied
   * @param denial empty where it is allowed
   */
  public record Admitted(ObjectNode object, List<String> warnings, String denial) {
    public boolean isAllowed() {
      return denial.isEmpty();
    }
  }

  private Admissions() {}

  public static Admitted heads(HeadWebhook webhook, JsonNode review) {
    return admit(webhook, review);
  }

  public static Admitted workloads(WorkloadWebhook webhook, JsonNode review) {
    return admit(webhook, review);
  }

  private static Admitted admit(Webhook webhook, JsonNode review) {
    ObjectNode object = (ObjectNode) review.at("/request/object");
    ObjectNode before = object.deepCopy();
    try {
      AdmissionResponse.Allowed verdict =
          webhook.review(AdmissionRequest.of(review, webhook.operations()));
      if (!object.equals(before)) {
        throw new AssertionError("a webhook wrote into the request");
      }
      return new Admitted(patched(object, verdict.patch().operations()), verdict.warnings(), "");
    } catch (AdmissionDeniedException e) {
      return new Admitted(before, List.of(), e.getMessage());
    } catch (ApiServerException e) {
      return new Admitted(before, List.of(), e.code() + " " + e.getMessage());
    }
  }

  /** RFC 6902, with its errors, for the operations that are used. */
  static ObjectNode patched(JsonNode object, Iterable<JsonNode> operations) {
    ObjectNode patched = object.deepCopy();
    for (JsonNode operation : operations) {
      JsonPointer place = JsonPointer.compile(operation.path("path").textValue());
      JsonNode parent = patched.at(place.head());
      String last = place.last().getMatchingProperty();
      String op = operation.path("op").textValue();
      if (!(parent instanceof ObjectNode map) || !op.equals("add") && !map.has(last)) {
        throw new AssertionError("can't be applied: " + operation);
      }
      switch (op) {
        case "add", "replace" -> map.set(last, operation.get("value").deepCopy());
        case "remove" -> map.remove(last);
        default -> throw new AssertionError("not expected: " + operation);
      }
    }
    return patched;
  }
}
