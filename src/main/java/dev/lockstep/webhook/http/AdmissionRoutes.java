package dev.lockstep.webhook.http;

import dev.lockstep.callers.WebhookPath;
import dev.lockstep.webhook.AdmissionListener;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.ReviewTarget;
import dev.lockstep.webhook.VersionDeletionWebhook;
import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.Webhook;
import dev.lockstep.webhook.WorkloadWebhook;
import dev.lockstep.webhook.limits.FairExecutor;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Answers AdmissionReviews. What can't be decided is denied with a sentence; what is no review gets
 * 400. {@link RequestFilter} have let a request through before, and read its body.
 */
@Singleton
class AdmissionRoutes {
  private static final Logger LOG = Logger.getLogger(AdmissionRoutes.class);

  /** Of warming up there is no metric. */
  private static final AdmissionListener NOBODY = (webhook, operation, outcome, nanos) -> {};

  private final ReviewHandler handler = new ReviewHandler();
  private final HeadWebhook heads;
  private final WorkloadWebhook workloads;
  private final VersionDeletionWebhook versions;
  private final WarmUpWebhooks warmUp;
  private final FairExecutor headReviewers;
  private final FairExecutor workloadReviewers;
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
    this.headReviewers = new FairExecutor(reviewers.ofHeads(), AdmissionExecutors.THREADS);
    this.workloadReviewers = new FairExecutor(reviewers.ofWorkloads(), AdmissionExecutors.THREADS);
    this.listener = listener;
  }

  void register(@Observes Router router) {
    router.post().handler(this::answer);
  }

  private void answer(RoutingContext context) {
    RequestBody body = RequestBody.of(context);
    AskedWebhook asked = AskedWebhook.of(context);
    ReviewTarget target = ReviewTarget.of(body.peek());
    Optional<WebhookPath> webhook = asked.webhook().or(target::webhook);
    if (webhook.isEmpty()) {
      ReviewHandler.noReview("it does not say in time what it is about").send(context.response());
      return;
    }
    Task task = asked.isWarmUp() ? new Task(warmUp(webhook.get()), NOBODY) : task(webhook.get());
    FairExecutor reviewers = webhook.get() == WebhookPath.HEADS ? headReviewers : workloadReviewers;
    try {
      reviewers.execute(target.namespace(), () -> answer(context, body, task));
    } catch (RejectedExecutionException e) {
      ReviewHandler.overloaded("it is ending").send(context.response());
    }
  }

  private record Task(Webhook webhook, AdmissionListener told) {}

  private Task task(WebhookPath path) {
    return new Task(
        switch (path) {
          case HEADS -> heads;
          case WORKLOADS -> workloads;
          case VERSIONS -> versions;
        },
        listener);
  }

  private Webhook warmUp(WebhookPath path) {
    return path == WebhookPath.HEADS ? warmUp.heads() : warmUp.workloads();
  }

  private void answer(RoutingContext context, RequestBody body, Task task) {
    HttpReply reply;
    try {
      long arrived = body.arrived();
      ReviewHandler.Answer answer = handler.answer(arrived, body.take(), task.webhook());
      task.told()
          .answered(
              task.webhook().name(),
              answer.operation(),
              answer.outcome(),
              System.nanoTime() - arrived);
      reply = answer.reply();
    } catch (RuntimeException | Error e) {
      // Not by the HTTP server, which would write the path into the log.
      LOG.error("a review failed", e);
      reply = HttpReply.sentence(500, "an error in Lockstep, see its log.");
    }
    reply.send(context.response());
  }
}
