package dev.lockstep.admission;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Answers as {@link AdmissionResource} does, through the same code. */
@Path(WarmUpWebhooks.PATH + "/mutate")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class WarmUpResource {
  private final AdmissionResource resource;

  public WarmUpResource(AdmissionResource resource, WarmUpWebhooks webhooks) {
    this.resource = resource.of(webhooks.heads(), webhooks.workloads());
  }

  @POST
  @Path("/heads")
  public Uni<Response> heads(@Context RoutingContext context) {
    return resource.heads(context);
  }

  @POST
  @Path("/workloads")
  public Uni<Response> workloads(@Context RoutingContext context) {
    return resource.workloads(context);
  }
}
