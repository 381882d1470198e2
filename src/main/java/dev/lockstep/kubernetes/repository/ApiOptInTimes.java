package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.namespace.OptInTimes;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedFields;
import java.time.Instant;
import java.util.Optional;

/** When a namespace was labelled, and when the webhooks were registered, by the API server. */
public final class ApiOptInTimes implements OptInTimes {
  private static final String WEBHOOKS =
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/";

  private final KubeApiClient api;
  private final Optional<String> webhooks;

  /**
   * @param webhooks name of the webhook configuration; empty where there is no right to read it
   */
  public ApiOptInTimes(KubeApiClient api, Optional<String> webhooks) {
    this.api = api;
    this.webhooks = webhooks;
  }

  @Override
  public OptIn of(String namespace) {
    Instant labelled =
        api.get(ApiPaths.namespace(namespace))
            .flatMap(object -> ManagedFields.newest(object, ApiOptInTimes::isOfLabel))
            .orElse(Instant.MIN);
    return new OptIn(labelled, registered().orElse(Instant.MIN));
  }

  private static boolean isOfLabel(JsonNode fields) {
    return fields.path("f:metadata").path("f:labels").has("f:" + Labels.VERSIONING);
  }

  /** For a while there may be none, or no right to it. */
  private Optional<Instant> registered() {
    try {
      return webhooks.flatMap(name -> api.get(WEBHOOKS + name)).flatMap(KubernetesJson::created);
    } catch (ApiServerException e) {
      if (e.isRefusal()) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
