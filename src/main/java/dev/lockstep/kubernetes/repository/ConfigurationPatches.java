package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.ApiResponse;
import dev.lockstep.kubernetes.client.KubeApiClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes of webhook configurations, each of which counts only if nobody has written since it was
 * decided. They set single fields, so these are all that is ours of the object: who manages the
 * rest, as Helm does, meets no conflict, and leaves them as they are.
 */
final class ConfigurationPatches {
  private static final String ROOT = "/apis/admissionregistration.k8s.io/v1/";
  private static final List<String> RESOURCES =
      List.of("mutatingwebhookconfigurations/", "validatingwebhookconfigurations/");

  private final KubeApiClient api;
  private final Map<String, ArrayNode> patches = new LinkedHashMap<>();

  ConfigurationPatches(KubeApiClient api) {
    this.api = api;
  }

  /** The API's paths of the two configurations of this name. */
  static List<String> paths(String name) {
    return RESOURCES.stream().map(resource -> ROOT + resource + name).toList();
  }

  /** One more field to be set; its value is still to be put. */
  ObjectNode set(String configuration, String version, int webhook, String field) {
    return patches
        .computeIfAbsent(configuration, path -> onlyIfStill(version))
        .addObject()
        .put("op", "add")
        .put("path", "/webhooks/" + webhook + "/clientConfig/" + field);
  }

  /**
   * @return false if somebody else has written, or has taken a configuration away
   */
  boolean send() {
    boolean isWritten = true;
    for (var patch : patches.entrySet()) {
      ApiResponse response =
          api.tryJsonPatch(patch.getKey() + ApiPaths.write(false), patch.getValue());
      isWritten &= response.isWritten();
    }
    return isWritten;
  }

  private static ArrayNode onlyIfStill(String version) {
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    patch
        .addObject()
        .put("op", "replace")
        .put("path", "/metadata/resourceVersion")
        .put("value", version);
    return patch;
  }
}
