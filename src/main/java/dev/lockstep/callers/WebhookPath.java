package dev.lockstep.callers;

import java.util.Arrays;
import java.util.Optional;

/** The webhooks, by their names in the configurations, and the ends of the paths they answer on. */
public enum WebhookPath {
  HEADS("heads.lockstep.dev", "/mutate/heads"),
  WORKLOADS("workloads.lockstep.dev", "/mutate/workloads"),
  VERSIONS("versions.lockstep.dev", "/validate/versions");

  private final String webhook;
  private final String path;

  WebhookPath(String webhook, String path) {
    this.webhook = webhook;
    this.path = path;
  }

  public String path() {
    return path;
  }

  /** The one of this name; empty for a webhook that is none of ours. */
  public static Optional<WebhookPath> ofWebhook(String name) {
    return Arrays.stream(values()).filter(each -> each.webhook.equals(name)).findFirst();
  }
}
