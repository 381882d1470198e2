package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.callers.PathPrefix;
import dev.lockstep.callers.WebhookConfigurations;
import dev.lockstep.callers.WebhookPath;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The paths of the two webhook configurations of one name. */
public final class ApiWebhookConfigurations implements WebhookConfigurations {
  private static final Pattern URL = Pattern.compile("(https://[^/?#]+)([^?#]*).*");

  private final KubeApiClient api;
  private final String name;

  public ApiWebhookConfigurations(KubeApiClient api, String name) {
    this.api = api;
    this.name = name;
  }

  @Override
  public List<Called> read() {
    List<Called> all = new ArrayList<>();
    for (String path : ConfigurationPatches.paths(name)) {
      api.get(path).ifPresent(configuration -> add(path, configuration, all));
    }
    return all;
  }

  private static void add(String path, JsonNode configuration, List<Called> all) {
    String version = configuration.at("/metadata/resourceVersion").asText();
    int index = 0;
    for (JsonNode webhook : configuration.path("webhooks")) {
      int place = index++;
      WebhookPath.ofWebhook(webhook.path("name").asText())
          .ifPresent(ours -> all.add(called(path, version, place, ours, webhook)));
    }
  }

  private static Called called(
      String configuration, String version, int index, WebhookPath webhook, JsonNode json) {
    Optional<Matcher> url =
        KubernetesJson.text(json.at("/clientConfig/url"))
            .map(URL::matcher)
            .filter(Matcher::matches);
    String path =
        url.map(found -> found.group(2)).orElse(json.at("/clientConfig/service/path").asText(""));
    return new Called(
        configuration,
        version,
        index,
        webhook,
        url.map(found -> found.group(1)),
        PathPrefix.of(path, webhook));
  }

  @Override
  public boolean write(List<Called> read, PathPrefix prefix) {
    ConfigurationPatches patches = new ConfigurationPatches(api);
    for (Called each : read) {
      if (!each.prefix().equals(Optional.of(prefix))) {
        String path = prefix.before(each.webhook());
        patches
            .set(
                each.configuration(),
                each.version(),
                each.index(),
                each.url().isPresent() ? "url" : "service/path")
            .put("value", each.url().orElse("") + path);
      }
    }
    return patches.send();
  }
}
