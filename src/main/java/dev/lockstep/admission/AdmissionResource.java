package dev.lockstep.admission;

import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Deadline;
import dev.lockstep.version.Denial;
import dev.lockstep.version.InvalidContentException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Answers AdmissionReviews. What can't be decided is denied with a sentence; what is no review gets
 * 400.
 */
@Path("/")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class AdmissionResource {
  private static final Logger LOG = Logger.getLogger(AdmissionResource.class);

  /** Less than the webhooks' timeoutSeconds, so that the answer is ours and says what to do. */
  private static final Duration TIME_FOR_A_REVIEW = Duration.ofSeconds(8);

  /** Of all memory, for reviews that are being answered; the smallest has room for 16 MiB. */
  private static final double PART_OF_MEMORY = 0.5;

  /** Seconds; API servers send a review again that is answered so, as long as they have time. */
  private static final String RETRY_AFTER = "1";

  private final ReviewReader reader = new ReviewReader();
  private final ReviewWriter writer = new ReviewWriter();
  private final ByteBudget budget = ByteBudget.ofMemory(PART_OF_MEMORY);
  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;
  private final VersionWebhook versions;
  private final WorkloadReviewers workloadReviewers;

  public AdmissionResource(
      HeadWebhook heads,
      WorkloadWebhook workloads,
      VersionWebhook versions,
      WorkloadReviewers workloadReviewers) {
    this.heads = heads;
    this.workloads = workloads;
    this.versions = versions;
    this.workloadReviewers = workloadReviewers;
  }

  @POST
  @Path("/mutate/heads")
  public Uni<Response> heads(byte[] body) {
    return answer(body, heads, Infrastructure.getDefaultWorkerPool());
  }

  @POST
  @Path("/mutate/workloads")
  public Uni<Response> workloads(byte[] body) {
    return answer(body, workloads, workloadReviewers);
  }

  @POST
  @Path("/validate/versions")
  public Uni<Response> versions(byte[] body) {
    return answer(body, versions, workloadReviewers);
  }

  private Uni<Response> answer(byte[] body, Webhook webhook, Executor executor) {
    long arrived = System.nanoTime();
    return Uni.createFrom()
        .item(() -> within(arrived, body, webhook))
        .runSubscriptionOn(executor)
        .onFailure(MalformedReviewException.class)
        .recoverWithItem(AdmissionResource::malformed)
        .onFailure(TooLargeException.class)
        .recoverWithItem(AdmissionResource::tooLarge)
        .onFailure(ApiCallException.class)
        .recoverWithItem(AdmissionResource::overloaded);
  }

  private Response within(long arrived, byte[] body, Webhook webhook) {
    Duration left = TIME_FOR_A_REVIEW.minusNanos(System.nanoTime() - arrived);
    return Deadline.within(
        left,
        () -> budget.with(reader.weigh(body), TIME_FOR_A_REVIEW, () -> respond(body, webhook)));
  }

  private Response respond(byte[] body, Webhook webhook) {
    AdmissionRequest request = reader.read(body, webhook.operations());
    byte[] answer = writer.write(request.uid(), verdict(request, webhook));
    return Response.ok(answer, MediaType.APPLICATION_JSON).build();
  }

  private static Verdict verdict(AdmissionRequest request, Webhook webhook) {
    try {
      return webhook.review(request);
    } catch (Denial denial) {
      return Verdict.Denied.of(denial);
    } catch (ApiCallException e) {
      return Verdict.Denied.of(Denial.of(e, "admit", request.subject()));
    } catch (InvalidContentException e) {
      return denied(request, Denial.INVALID, e.getMessage(), "Correct it, then apply again.");
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s of %s failed", request.operation(), request.subject());
      return denied(
          request, 500, "an error in Lockstep, see its log", "Nothing was changed; apply again.");
    }
  }

  private static Verdict denied(AdmissionRequest request, int code, String cause, String remedy) {
    return Verdict.Denied.of(new Denial(code, "admit", request.subject(), cause, remedy));
  }

  private static Response malformed(Throwable cause) {
    return plain(
        Response.Status.BAD_REQUEST, "lockstep: no AdmissionReview: " + cause.getMessage() + ".\n");
  }

  private static Response tooLarge(Throwable cause) {
    return plain(
        Response.Status.REQUEST_ENTITY_TOO_LARGE, "lockstep: " + cause.getMessage() + ".\n");
  }

  private static Response overloaded(Throwable cause) {
    Response answer =
        plain(
            Response.Status.SERVICE_UNAVAILABLE,
            "lockstep: no answer in time: " + cause.getMessage() + ".\n");
    return Response.fromResponse(answer).header(HttpHeaders.RETRY_AFTER, RETRY_AFTER).build();
  }

  private static Response plain(Response.Status status, String sentence) {
    return Response.status(status).type(MediaType.TEXT_PLAIN).entity(sentence).build();
  }
}
