package dev.lockstep.admission;

import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Says why, in one sentence, where a request does not get as far as an {@link Webhook}. */
@Singleton
class Refusals {
  /** Of all memory, for bodies from their first byte on until they are answered. */
  private static final double PART_OF_MEMORY = 0.15;

  /** Before the limit that Quarkus itself sets, which answers without a word. */
  private static final int FIRST = 1000;

  private static final Set<String> PATHS =
      Set.of("/mutate/heads", "/mutate/workloads", "/validate/versions");

  private static final Map<Integer, String> SENTENCES =
      Map.of(
          404, "nothing is here; the webhooks are POST /mutate/heads and POST /mutate/workloads.",
          405, "webhooks are called by POST only.",
          406, "answers are application/json.",
          415, "an AdmissionReview has to come as application/json.");

  /** What is left of the time for a review has to do for its answer. */
  private static final Duration WAIT = Duration.ofSeconds(7);

  private final BodyPlaces bodies;
  private final long maxBodyBytes;
  private final WarmUpWebhooks warmUp;

  Refusals(VertxHttpConfig http, WarmUpWebhooks warmUp) {
    maxBodyBytes = http.limits().maxBodySize().orElseThrow().asLongValue();
    bodies = BodyPlaces.ofMemory(PART_OF_MEMORY, maxBodyBytes);
    this.warmUp = warmUp;
  }

  void register(@Observes Filters filters) {
    filters.register(this::admit, FIRST);
  }

  /**
   * Many large bodies, sent slowly, must not take all memory: each has its place before it comes.
   */
  private void admit(RoutingContext context) {
    HttpServerRequest request = context.request();
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (!PATHS.contains(warmUp.webhook(context.normalizedPath()))) {
      refuse(context, 404, SENTENCES.get(404));
    } else if (!request.method().equals(HttpMethod.POST)) {
      // OPTIONS and HEAD, too, which would be answered otherwise.
      context.response().putHeader(HttpHeaders.ALLOW, HttpMethod.POST.name());
      refuse(context, 405, SENTENCES.get(405));
    } else if (length == null) {
      refuse(context, 411, "a review has to come with its length.");
    } else if (Long.parseLong(length) > maxBodyBytes) {
      refuse(context, 413, "a review can have up to " + maxBodyBytes + " bytes.");
    } else {
      read(context, Integer.parseInt(length));
    }
  }

  /** Until there is a place nothing is read of the body, so its client waits with it. */
  private void read(RoutingContext context, int bytes) {
    long arrived = System.nanoTime();
    Context loop = context.vertx().getOrCreateContext();
    BodyPlaces.Place place =
        bodies.take(
            bytes,
            taken ->
                onLoop(
                    loop,
                    () -> {
                      // Whoever has hung up meanwhile has left it.
                      if (taken.isTaken()) {
                        Body.read(context, bytes, arrived);
                      }
                    }));
    context.addEndHandler(answered -> place.leave());
    if (!place.isTaken()) {
      long timer = context.vertx().setTimer(WAIT.toMillis(), late -> giveUp(context, place));
      context.addEndHandler(answered -> context.vertx().cancelTimer(timer));
    }
  }

  /** Another connection's loop may have made room. */
  private static void onLoop(Context loop, Runnable task) {
    if (Vertx.currentContext() == loop) {
      task.run();
    } else {
      loop.runOnContext(now -> task.run());
    }
  }

  private static void giveUp(RoutingContext context, BodyPlaces.Place place) {
    if (!place.isTaken()) {
      place.leave();
      // API servers send it again then.
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      refuse(context, 503, "too many large reviews at once.");
    }
  }

  private static void refuse(RoutingContext context, int code, String sentence) {
    // Read to its end, unseen: who is still sending does not read an answer.
    context.request().resume();
    HttpServerResponse response = context.response().setStatusCode(code);
    response.putHeader(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_PLAIN);
    response.end("lockstep: " + sentence + "\n");
  }

  @ServerExceptionMapper
  Response say(WebApplicationException refusal) {
    Response response = refusal.getResponse();
    String sentence = SENTENCES.get(response.getStatus());
    return sentence == null
        ? response
        : Response.fromResponse(response)
            .type(MediaType.TEXT_PLAIN)
            .entity("lockstep: " + sentence + "\n")
            .build();
  }
}
