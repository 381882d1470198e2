package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.certificates.rotation.CertificateStore;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Certificates in a Secret of our own namespace. */
public final class SecretCertificateStore implements CertificateStore {
  private final KubeApiClient api;
  private final ObjectKey id;

  public SecretCertificateStore(KubeApiClient api, String ownNamespace, String name) {
    this.api = api;
    this.id = new ObjectKey(HeadKind.SECRET, ownNamespace, name);
  }

  @Override
  public Optional<Stored> read() {
    return api.get(ApiPaths.of(id))
        .map(
            secret ->
                new Stored(
                    texts(secret.path("data")), secret.at("/metadata/resourceVersion").asText()));
  }

  private static Map<String, String> texts(JsonNode data) {
    Map<String, String> texts = new HashMap<>();
    for (var field : KubernetesJson.entries(data)) {
      byte[] bytes = Base64.getDecoder().decode(field.getValue().asText());
      texts.put(field.getKey(), new String(bytes, StandardCharsets.UTF_8));
    }
    return texts;
  }

  @Override
  public boolean create(Map<String, String> texts) {
    ObjectNode secret = JsonNodeFactory.instance.objectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret");
    secret.putObject("metadata").put("name", id.name());
    secret.set("data", data(texts));
    return isWritten(api.create(ApiPaths.all(id) + ApiPaths.write(false), secret));
  }

  @Override
  public boolean replace(Stored before, Map<String, String> texts) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch.putObject("metadata").put("resourceVersion", before.version());
    patch.set("data", data(texts));
    return isWritten(api.tryMergePatch(ApiPaths.of(id) + ApiPaths.write(false), patch));
  }

  private static ObjectNode data(Map<String, String> texts) {
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    texts.forEach((name, text) -> data.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return data;
  }

  /** 409: somebody else has written. 404: somebody has deleted it. */
  private static boolean isWritten(KubeApiClient.Reply reply) {
    if (reply.code() == 409 || reply.code() == 404) {
      return false;
    }
    reply.orThrow();
    return true;
  }
}
