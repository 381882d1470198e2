package dev.lockstep.webhook.http;

import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.InvalidContentException;
import dev.lockstep.model.RequestDeadline;
import dev.lockstep.webhook.AdmissionListener;
import dev.lockstep.webhook.AdmissionListener.Outcome;
import dev.lockstep.webhook.AdmissionRequest;
import dev.lockstep.webhook.AdmissionResponse;
import dev.lockstep.webhook.AdmissionReviewReader;
import dev.lockstep.webhook.AdmissionReviewWriter;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.MalformedReviewException;
import dev.lockstep.webhook.VersionDeletionWebhook;
import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.Webhook;
import dev.lockstep.webhook.WorkloadWebhook;
import dev.lockstep.webhook.limits.MemoryLimiter;
import dev.lockstep.webhook.limits.TooLargeException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Answers AdmissionReviews. What can't be decided is denied with a sentence; what is no review gets
 * 400. {@link RequestFilter} have let a request through before, and read its body.
 */
@Singleton
class AdmissionRoutes {
  static final String HEADS = "/mutate/heads";
  static final String WORKLOADS = "/mutate/workloads";
  static final String VERSIONS = "/validate/versions";

  private static final Logger LOG = Logger.getLogger(AdmissionRoutes.class);

  /** Less than the webhooks' timeoutSeconds, so that the answer is ours and says what to do. */
  private static final Duration TIME_FOR_A_REVIEW = Duration.ofSeconds(8);

  /** Of all memory, for reviews that are being answered. */
  private static final double PART_OF_MEMORY = 0.4;

  /** Two objects of 1 MiB, escaped, as a tree, and what they are compared with. */
  private static final long ONE_OF_THE_LARGEST = 40L * 1024 * 1024;

  private final AdmissionReviewReader reader = new AdmissionReviewReader();
  private final AdmissionReviewWriter writer = new AdmissionReviewWriter();
  private final MemoryLimiter budget = MemoryLimiter.ofMemory(PART_OF_MEMORY, ONE_OF_THE_LARGEST);
  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;
  private final VersionDeletionWebhook versions;
  private final WarmUpWebhooks warmUp;
  private final AdmissionExecutors reviewers;
  private final AdmissionListener listener;

  AdmissionRoutes(
      HeadWebhook heads,
      WorkloadWebhook workloads,
      VersionDeletionWebhook versions,
      WarmUpWebhooks warmUp,
      AdmissionExecutors reviewers,
      AdmissionListener listener) {
    this.heads = heads;
    this.workloads = workloads;
    this.versions = versions;
    this.warmUp = warmUp;
    this.reviewers = reviewers;
    this.listener = listener;
  }

  void register(@Observes Router router) {
    route(router, HEADS, heads, reviewers.ofHeads(), listener);
    route(router, WORKLOADS, workloads, reviewers.ofWorkloads(), listener);
    route(router, VERSIONS, versions, reviewers.ofWorkloads(), listener);
    // The same code, and no metric of it.
    AdmissionListener nobody = (webhook, operation, outcome, nanos) -> {};
    String warm = WarmUpWebhooks.PATH;
    route(router, warm + HEADS, warmUp.heads(), reviewers.ofHeads(), nobody);
    route(router, warm + WORKLOADS, warmUp.workloads(), reviewers.ofWorkloads(), nobody);
  }

  private void route(
      Router router, String path, Webhook webhook, Executor executor, AdmissionListener told) {
    router.post(path).handler(context -> answer(context, webhook, executor, told));
  }

  private void answer(
      RoutingContext context, Webhook webhook, Executor executor, AdmissionListener told) {
    RequestBody body = RequestBody.of(context);
    try {
      executor.execute(() -> answer(context, body, webhook, told));
    } catch (RejectedExecutionException e) {
      overloaded("it is ending").send(context.response());
    }
  }

  private void answer(
      RoutingContext context, RequestBody body, Webhook webhook, AdmissionListener told) {
    try {
      long arrived = body.arrived();
      Answer answer = within(arrived, body.take(), webhook);
      told.answered(
          webhook.name(), answer.operation(), answer.outcome(), System.nanoTime() - arrived);
      answer.reply().send(context.response());
    } catch (RuntimeException | Error e) {
      context.fail(e);
    }
  }

  private record Answer(HttpReply reply, String operation, Outcome outcome) {}

  private Answer within(long arrived, byte[] body, Webhook webhook) {
    try {
      Duration left = TIME_FOR_A_REVIEW.minusNanos(System.nanoTime() - arrived);
      return RequestDeadline.within(
          left,
          () -> budget.with(reader.weigh(body), TIME_FOR_A_REVIEW, () -> respond(body, webhook)));
    } catch (MalformedReviewException e) {
      return new Answer(
          HttpReply.sentence(400, "no AdmissionReview: " + e.getMessage() + "."),
          AdmissionListener.UNKNOWN_OPERATION,
          Outcome.MALFORMED);
    } catch (TooLargeException e) {
      return new Answer(
          HttpReply.sentence(413, e.getMessage() + "."),
          AdmissionListener.UNKNOWN_OPERATION,
          Outcome.MALFORMED);
    } catch (ApiServerException e) {
      return new Answer(
          overloaded(e.getMessage()), AdmissionListener.UNKNOWN_OPERATION, Outcome.FAILED);
    }
  }

  private Answer respond(byte[] body, Webhook webhook) {
    AdmissionRequest request = reader.read(body, webhook.operations());
    return request.about().during(() -> respond(request, webhook));
  }

  private Answer respond(AdmissionRequest request, Webhook webhook) {
    AdmissionResponse verdict = verdict(request, webhook);
    return new Answer(
        HttpReply.json(writer.write(request.uid(), verdict)),
        request.operation().label(),
        outcome(request, verdict));
  }

  /** Words are for who asked: they may quote what others must not read. */
  private static Outcome outcome(AdmissionRequest request, AdmissionResponse verdict) {
    if (verdict instanceof AdmissionResponse.Denied denied) {
      LOG.infof("%s of %s denied with %d", request.operation(), request.subject(), denied.code());
      return denied.code() < 500 ? Outcome.DENIED : Outcome.FAILED;
    }
    LOG.debugf("%s of %s allowed", request.operation(), request.subject());
    return verdict instanceof AdmissionResponse.Allowed allowed && allowed.patch().isEmpty()
        ? Outcome.UNCHANGED
        : Outcome.CHANGED;
  }

  private static AdmissionResponse verdict(AdmissionRequest request, Webhook webhook) {
    try {
      return webhook.review(request);
    } catch (AdmissionDeniedException denial) {
      return AdmissionResponse.Denied.of(denial);
    } catch (ApiServerException e) {
      return AdmissionResponse.Denied.of(
          AdmissionDeniedException.of(e.discreet(), "admit", request.subject()));
    } catch (InvalidContentException e) {
      return denied(
          request,
          AdmissionDeniedException.INVALID,
          e.getMessage(),
          "Correct it, then apply again.");
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s of %s failed", request.operation(), request.subject());
      return denied(
          request, 500, "an error in Lockstep, see its log", "Nothing was changed; apply again.");
    }
  }

  private static AdmissionResponse denied(
      AdmissionRequest request, int code, String cause, String remedy) {
    return AdmissionResponse.Denied.of(
        new AdmissionDeniedException(code, "admit", request.subject(), cause, remedy));
  }

  private static HttpReply overloaded(String cause) {
    return HttpReply.comeAgain("no answer in time: " + cause + ".");
  }
}
