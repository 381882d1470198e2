package dev.lockstep.admission;

import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Says why, in one sentence, where a request does not get as far as an {@link Webhook}. */
@Singleton
class Refusals {
  private static final int TOO_LARGE = Response.Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode();

  /** Before the limit that Quarkus itself sets, which answers without a word. */
  private static final int FIRST = 1000;

  private static final Map<Integer, String> SENTENCES =
      Map.of(
          404, "nothing is here; the webhooks are POST /mutate/heads and POST /mutate/workloads.",
          405, "webhooks are called by POST only.",
          406, "answers are application/json.",
          415, "an AdmissionReview has to come as application/json.");

  private final long maxBodyBytes;

  Refusals(VertxHttpConfig http) {
    maxBodyBytes = http.limits().maxBodySize().orElseThrow().asLongValue();
  }

  void register(@Observes Filters filters) {
    filters.register(this::refuseTooLarge, FIRST);
  }

  /** A body of unknown length is left to Quarkus, which ends it when the limit is reached. */
  private void refuseTooLarge(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null || Long.parseLong(length) <= maxBodyBytes) {
      context.next();
      return;
    }
    // Read to its end, unseen: who is still sending does not read an answer.
    context.request().resume();
    HttpServerResponse response = context.response().setStatusCode(TOO_LARGE);
    response.putHeader(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_PLAIN);
    response.end("lockstep: a review can have up to " + maxBodyBytes + " bytes.\n");
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
