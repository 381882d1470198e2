package dev.lockstep.webhook.http;

import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.Webhook;
import dev.lockstep.webhook.limits.RequestBodyLimiter;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;

/** Says why, in one sentence, where a request does not get as far as an {@link Webhook}. */
@Singleton
class RequestFilter {
  /** Of all memory, for bodies from their first byte on until they are answered. */
  private static final double PART_OF_MEMORY = 0.15;

  /** Before the limit that Quarkus itself sets, which answers without a word. */
  private static final int FIRST = 1000;

  private static final Set<String> PATHS =
      Set.of(AdmissionRoutes.HEADS, AdmissionRoutes.WORKLOADS, AdmissionRoutes.VERSIONS);

  /** What is left of the time for a review has to do for its answer. */
  private static final Duration WAIT = Duration.ofSeconds(7);

  private final RequestBodyLimiter bodies;
  private final long maxBodyBytes;
  private final WarmUpWebhooks warmUp;

  RequestFilter(VertxHttpConfig http, WarmUpWebhooks warmUp) {
    maxBodyBytes = http.limits().maxBodySize().orElseThrow().asLongValue();
    bodies = RequestBodyLimiter.ofMemory(PART_OF_MEMORY, maxBodyBytes);
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
      refuse(
          context,
          HttpReply.sentence(
              404,
              "nothing is here; the webhooks are POST /mutate/heads and POST /mutate/workloads."));
    } else if (!request.method().equals(HttpMethod.POST)) {
      // OPTIONS and HEAD, too, which would be answered otherwise.
      refuse(context, HttpReply.only("POST", "webhooks are called by POST only."));
    } else if (length == null) {
      refuse(context, HttpReply.sentence(411, "a review has to come with its length."));
    } else if (Long.parseLong(length) > maxBodyBytes) {
      refuse(
          context, HttpReply.sentence(413, "a review can have up to " + maxBodyBytes + " bytes."));
    } else if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      refuse(
          context, HttpReply.sentence(415, "an AdmissionReview has to come as application/json."));
    } else {
      read(context, Integer.parseInt(length));
    }
  }

  /** With or without a charset, which has to be that of JSON. */
  private static boolean isJson(String type) {
    return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase(HttpReply.JSON);
  }

  /** Until there is a place nothing is read of the body, so its client waits with it. */
  private void read(RoutingContext context, int bytes) {
    long arrived = System.nanoTime();
    Context loop = context.vertx().getOrCreateContext();
    RequestBodyLimiter.Place place =
        bodies.take(
            bytes,
            taken ->
                onLoop(
                    loop,
                    () -> {
                      // Whoever has hung up meanwhile has left it.
                      if (taken.isTaken()) {
                        RequestBody.read(context, bytes, arrived);
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

  private static void giveUp(RoutingContext context, RequestBodyLimiter.Place place) {
    if (!place.isTaken()) {
      place.leave();
      refuse(context, HttpReply.comeAgain("too many large reviews at once."));
    }
  }

  private static void refuse(RoutingContext context, HttpReply reply) {
    // Read to its end, unseen: who is still sending does not read an answer.
    context.request().resume();
    reply.send(context.response());
  }
}
