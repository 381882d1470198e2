package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.x509.Pem;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The bundles of the two webhook configurations of one name. */
public final class ApiCaBundles implements CaBundles {
  private static final String ROOT = "/apis/admissionregistration.k8s.io/v1/";
  private static final List<String> RESOURCES =
      List.of("mutatingwebhookconfigurations/", "validatingwebhookconfigurations/");

  private final KubeApiClient api;
  private final String name;

  public ApiCaBundles(KubeApiClient api, String name) {
    this.api = api;
    this.name = name;
  }

  @Override
  public List<CaBundle> read() {
    List<CaBundle> bundles = new ArrayList<>();
    for (String resource : RESOURCES) {
      String path = ROOT + resource + name;
      api.get(path).ifPresent(configuration -> add(path, configuration, bundles));
    }
    return bundles;
  }

  private static void add(String path, JsonNode configuration, List<CaBundle> bundles) {
    String version = configuration.at("/metadata/resourceVersion").asText();
    int index = 0;
    for (JsonNode webhook : configuration.path("webhooks")) {
      bundles.add(
          new CaBundle(
              path,
              version,
              index++,
              webhook.path("name").asText(),
              authorities(webhook.at("/clientConfig/caBundle").asText())));
    }
  }

  private static Set<X509Certificate> authorities(String base64) {
    try {
      return Set.copyOf(
          Pem.certificates(
              new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII)));
    } catch (IllegalArgumentException e) {
      return Set.of();
    }
  }

  /**
   * Sets these fields alone, so they are all that is ours of the object: who manages the rest, as
   * Helm does, meets no conflict, and leaves them as they are.
   */
  @Override
  public boolean write(List<CaBundle> read, Collection<X509Certificate> authorities) {
    byte[] pem = Pem.certificates(authorities).getBytes(StandardCharsets.US_ASCII);
    Map<String, ArrayNode> patches = new LinkedHashMap<>();
    for (CaBundle bundle : read) {
      if (!bundle.authorities().equals(Set.copyOf(authorities))) {
        patches
            .computeIfAbsent(bundle.configuration(), path -> onlyIfStill(bundle.version()))
            .addObject()
            .put("op", "add")
            .put("path", "/webhooks/" + bundle.index() + "/clientConfig/caBundle")
            .put("value", pem);
      }
    }
    boolean isWritten = true;
    for (var patch : patches.entrySet()) {
      KubeApiClient.Reply reply =
          api.tryJsonPatch(patch.getKey() + ApiPaths.write(false), patch.getValue());
      // 404: somebody took the configuration away, and nobody calls by it.
      if (reply.code() == 409 || reply.code() == 404) {
        isWritten = false;
      } else {
        reply.orThrow();
      }
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
