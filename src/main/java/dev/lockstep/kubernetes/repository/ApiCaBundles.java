package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.certificates.CaBundle;
import dev.lockstep.certificates.CaBundles;
import dev.lockstep.certificates.x509.Pem;
import dev.lockstep.kubernetes.client.KubeApiClient;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The bundles of the two webhook configurations of one name. */
public final class ApiCaBundles implements CaBundles {
  private final KubeApiClient api;
  private final String name;

  public ApiCaBundles(KubeApiClient api, String name) {
    this.api = api;
    this.name = name;
  }

  @Override
  public List<CaBundle> read() {
    List<CaBundle> bundles = new ArrayList<>();
    for (String path : ConfigurationPatches.paths(name)) {
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

  @Override
  public boolean write(List<CaBundle> read, Collection<X509Certificate> authorities) {
    byte[] pem = Pem.certificates(authorities).getBytes(StandardCharsets.US_ASCII);
    ConfigurationPatches patches = new ConfigurationPatches(api);
    for (CaBundle bundle : read) {
      if (!bundle.authorities().equals(Set.copyOf(authorities))) {
        patches
            .set(bundle.configuration(), bundle.version(), bundle.index(), "caBundle")
            .put("value", pem);
      }
    }
    return patches.send();
  }
}
