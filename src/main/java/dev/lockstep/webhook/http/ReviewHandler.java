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
import dev.lockstep.webhook.MalformedReviewException;
import dev.lockstep.webhook.Webhook;
import dev.lockstep.webhook.limits.MemoryLimiter;
import dev.lockstep.webhook.limits.TooLargeException;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Reads a review, asks its webhook in time and within the memory that there is, and writes it. */
final class ReviewHandler {
  private static final Logger LOG = Logger.getLogger(ReviewHandler.class);

  /** Less than the webhooks' timeoutSeconds, so that the answer is ours and says what to do. */
  private static final Duration TIME_FOR_A_REVIEW = Duration.ofSeconds(8);

  /** Of all memory, for reviews that are being answered. */
  private static final double PART_OF_MEMORY = 0.4;

  /** Two objects of 1 MiB, escaped, as a tree, and what they are compared with. */
  private static final long ONE_OF_THE_LARGEST = 40L * 1024 * 1024;

  private final AdmissionReviewReader reader = new AdmissionReviewReader();
  private final AdmissionReviewWriter writer = new AdmissionReviewWriter();
  private final MemoryLimiter budget = MemoryLimiter.ofMemory(PART_OF_MEMORY, ONE_OF_THE_LARGEST);

  /** What is sent, and what is measured. */
  record Answer(HttpReply reply, String operation, Outcome outcome) {}

  /**
   * @param arrived when the request came, by {@link System#nanoTime}
   */
  Answer answer(long arrived, byte[] body, Webhook webhook) {
    try {
      Duration left = TIME_FOR_A_REVIEW.minusNanos(System.nanoTime() - arrived);
      return RequestDeadline.within(
          left,
          () -> budget.with(reader.weigh(body), TIME_FOR_A_REVIEW, () -> respond(body, webhook)));
    } catch (MalformedReviewException e) {
      return new Answer(
          noReview(e.getMessage()), AdmissionListener.UNKNOWN_OPERATION, Outcome.MALFORMED);
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
    return verdict.map(
        allowed -> {
          LOG.debugf("%s of %s allowed", request.operation(), request.subject());
          return allowed.patch().isEmpty() ? Outcome.UNCHANGED : Outcome.CHANGED;
        },
        denied -> {
          LOG.infof(
              "%s of %s denied with %d", request.operation(), request.subject(), denied.code());
          return denied.code() < 500 ? Outcome.DENIED : Outcome.FAILED;
        });
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

  static HttpReply noReview(String why) {
    return HttpReply.sentence(400, "no AdmissionReview: " + why + ".");
  }

  static HttpReply overloaded(String cause) {
    return HttpReply.comeAgain("no answer in time: " + cause + ".");
  }
}
