package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Denial;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import org.jboss.logging.Logger;

/**
 * Answers AdmissionReviews. What can't be decided is denied with a sentence; what is no review gets
 * 400.
 */
@Path("/mutate")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class AdmissionResource {
  private static final Logger LOG = Logger.getLogger(AdmissionResource.class);

  /** Less than the webhooks' timeoutSeconds, so that the answer is ours and says what to do. */
  private static final Duration TIME_FOR_A_REVIEW = Duration.ofSeconds(8);

  private final ObjectMapper json = new ObjectMapper();
  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;

  public AdmissionResource(HeadWebhook heads, WorkloadWebhook workloads) {
    this.heads = heads;
    this.workloads = workloads;
  }

  @POST
  @Path("/heads")
  public Uni<Response> heads(byte[] body) {
    return answer(body, heads);
  }

  @POST
  @Path("/workloads")
  public Uni<Response> workloads(byte[] body) {
    return answer(body, workloads);
  }

  private Uni<Response> answer(byte[] body, Webhook webhook) {
    return Uni.createFrom()
        .item(() -> decode(body))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
        .onItem()
        .transformToUni(request -> decide(request, webhook).map(v -> response(request, v)))
        .onFailure(MalformedReviewException.class)
        .recoverWithItem(AdmissionResource::malformed);
  }

  private AdmissionRequest decode(byte[] body) {
    try {
      JsonNode review = json.readTree(body);
      return AdmissionRequest.of(review);
    } catch (JsonProcessingException e) {
      throw new MalformedReviewException("the body is not JSON");
    } catch (IOException e) {
      throw new MalformedReviewException("the body ends early");
    }
  }

  private static Uni<Verdict> decide(AdmissionRequest request, Webhook webhook) {
    return Uni.createFrom()
        .item(() -> verdict(request, webhook))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
        .ifNoItem()
        .after(TIME_FOR_A_REVIEW)
        .recoverWithItem(
            () ->
                new Verdict.Denied(
                    Denial.UNAVAILABLE,
                    denial(request, Denial.UNAVAILABLE, "the API server took too long")));
  }

  private static Verdict verdict(AdmissionRequest request, Webhook webhook) {
    try {
      return webhook.review(request);
    } catch (Denial denial) {
      return Verdict.Denied.of(denial);
    } catch (ApiCallException e) {
      return Verdict.Denied.of(Denial.of(e, "admit", subject(request)));
    } catch (IllegalArgumentException e) {
      return new Verdict.Denied(Denial.INVALID, denial(request, Denial.INVALID, e.getMessage()));
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s of %s failed", request.operation(), subject(request));
      return new Verdict.Denied(500, denial(request, 500, "an error in Lockstep, see its log"));
    }
  }

  private static String denial(AdmissionRequest request, int code, String cause) {
    return new Denial(code, "admit", subject(request), cause, "Nothing was changed; apply again.")
        .getMessage();
  }

  private static String subject(AdmissionRequest request) {
    return request.object().path("kind").asText(request.resource())
        + " "
        + request.namespace()
        + "/"
        + request.name();
  }

  private Response response(AdmissionRequest request, Verdict verdict) {
    ObjectNode review = json.createObjectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode response = review.putObject("response").put("uid", request.uid());
    if (verdict instanceof Verdict.Denied denied) {
      response
          .put("allowed", false)
          .putObject("status")
          .put("code", denied.code())
          .put("reason", reason(denied.code()))
          .put("message", denied.message());
    } else if (verdict instanceof Verdict.Allowed allowed) {
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
    }
    return Response.ok(bytes(review), MediaType.APPLICATION_JSON).build();
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

  private static Response malformed(Throwable cause) {
    return Response.status(Response.Status.BAD_REQUEST)
        .type(MediaType.TEXT_PLAIN)
        .entity("lockstep: no AdmissionReview: " + cause.getMessage() + ".\n")
        .build();
  }
}
