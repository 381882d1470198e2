package dev.lockstep.admission;

import dev.lockstep.admission.AdmissionListener.Outcome;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Deadline;
import dev.lockstep.version.Denial;
import dev.lockstep.version.InvalidContentException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
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

  /** Of all memory, for reviews that are being answered. */
  private static final double PART_OF_MEMORY = 0.4;

  /** Two objects of 1 MiB, escaped, as a tree, and what they are compared with. */
  private static final long ONE_OF_THE_LARGEST = 40L * 1024 * 1024;

  /** Seconds; API servers send a review again that is answered so, as long as they have time. */
  private static final String RETRY_AFTER = "1";

  private final ReviewReader reader = new ReviewReader();
  private final ReviewWriter writer = new ReviewWriter();
  private final ByteBudget budget;
  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;
  private final VersionWebhook versions;
  private final WorkloadReviewers workloadReviewers;
  private final AdmissionListener listener;

  @Inject
  public AdmissionResource(
      HeadWebhook heads,
      WorkloadWebhook workloads,
      VersionWebhook versions,
      WorkloadReviewers workloadReviewers,
      AdmissionListener listener) {
    this(
        heads,
        workloads,
        versions,
        workloadReviewers,
        listener,
        ByteBudget.ofMemory(PART_OF_MEMORY, ONE_OF_THE_LARGEST));
  }

  private AdmissionResource(
      HeadWebhook heads,
      WorkloadWebhook workloads,
      VersionWebhook versions,
      WorkloadReviewers workloadReviewers,
      AdmissionListener listener,
      ByteBudget budget) {
    this.budget = budget;
    this.listener = listener;
    this.heads = heads;
    this.workloads = workloads;
    this.versions = versions;
    this.workloadReviewers = workloadReviewers;
  }

  /** Answers for other webhooks, unmeasured, from the same memory. */
  AdmissionResource of(HeadWebhook otherHeads, WorkloadWebhook otherWorkloads) {
    return new AdmissionResource(
        otherHeads,
        otherWorkloads,
        versions,
        workloadReviewers,
        (webhook, operation, outcome, nanos) -> {},
        budget);
  }

  @POST
  @Path("/mutate/heads")
  public Uni<Response> heads(@Context RoutingContext context) {
    return answer(Body.of(context), heads, Infrastructure.getDefaultWorkerPool());
  }

  @POST
  @Path("/mutate/workloads")
  public Uni<Response> workloads(@Context RoutingContext context) {
    return answer(Body.of(context), workloads, workloadReviewers);
  }

  @POST
  @Path("/validate/versions")
  public Uni<Response> versions(@Context RoutingContext context) {
    return answer(Body.of(context), versions, workloadReviewers);
  }

  private Uni<Response> answer(Body body, Webhook webhook, Executor executor) {
    long arrived = body.arrived();
    return Uni.createFrom()
        .item(() -> told(arrived, webhook, within(arrived, body.take(), webhook)))
        .runSubscriptionOn(executor);
  }

  private record Answer(Response response, String operation, Outcome outcome) {}

  private Response told(long arrived, Webhook webhook, Answer answer) {
    listener.answered(
        webhook.name(), answer.operation(), answer.outcome(), System.nanoTime() - arrived);
    return answer.response();
  }

  private Answer within(long arrived, byte[] body, Webhook webhook) {
    try {
      Duration left = TIME_FOR_A_REVIEW.minusNanos(System.nanoTime() - arrived);
      return Deadline.within(
          left,
          () -> budget.with(reader.weigh(body), TIME_FOR_A_REVIEW, () -> respond(body, webhook)));
    } catch (MalformedReviewException e) {
      return new Answer(malformed(e), AdmissionListener.UNKNOWN_OPERATION, Outcome.MALFORMED);
    } catch (TooLargeException e) {
      return new Answer(tooLarge(e), AdmissionListener.UNKNOWN_OPERATION, Outcome.MALFORMED);
    } catch (ApiCallException e) {
      return new Answer(overloaded(e), AdmissionListener.UNKNOWN_OPERATION, Outcome.FAILED);
    }
  }

  private Answer respond(byte[] body, Webhook webhook) {
    AdmissionRequest request = reader.read(body, webhook.operations());
    return request.about().during(() -> respond(request, webhook));
  }

  private Answer respond(AdmissionRequest request, Webhook webhook) {
    Verdict verdict = verdict(request, webhook);
    byte[] answer = writer.write(request.uid(), verdict);
    return new Answer(
        Response.ok(answer, MediaType.APPLICATION_JSON).build(),
        request.operation().label(),
        outcome(request, verdict));
  }

  /** Words are for who asked: they may quote what others must not read. */
  private static Outcome outcome(AdmissionRequest request, Verdict verdict) {
    if (verdict instanceof Verdict.Denied denied) {
      LOG.infof("%s of %s denied with %d", request.operation(), request.subject(), denied.code());
      return denied.code() < 500 ? Outcome.DENIED : Outcome.FAILED;
    }
    LOG.debugf("%s of %s allowed", request.operation(), request.subject());
    return verdict instanceof Verdict.Allowed allowed && allowed.patch().isEmpty()
        ? Outcome.UNCHANGED
        : Outcome.CHANGED;
  }

  private static Verdict verdict(AdmissionRequest request, Webhook webhook) {
    try {
      return webhook.review(request);
    } catch (Denial denial) {
      return Verdict.Denied.of(denial);
    } catch (ApiCallException e) {
      return Verdict.Denied.of(Denial.of(e.discreet(), "admit", request.subject()));
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
