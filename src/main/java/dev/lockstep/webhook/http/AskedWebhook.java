package dev.lockstep.webhook.http;

import dev.lockstep.callers.WebhookPath;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Which webhook a request is for, as its path says.
 *
 * @param webhook empty where the review says it
 * @param isWarmUp whether the server asks itself
 */
record AskedWebhook(Optional<WebhookPath> webhook, boolean isWarmUp) {
  private static final String KEY = "lockstep.webhook";

  static AskedWebhook warmUp(WebhookPath webhook) {
    return new AskedWebhook(Optional.of(webhook), true);
  }

  static AskedWebhook of(RoutingContext context) {
    return context.get(KEY);
  }

  void put(RoutingContext context) {
    context.put(KEY, this);
  }
}
