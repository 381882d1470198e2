package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ObjectKey;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The key of the hashes of Secrets: 32 random bytes in a Secret of our own namespace, made once by
 * whoever comes first; when a server starts, since an admission may be a dry run. Without it,
 * hashes of another key are only found not to be comparable.
 */
public final class HashKeySecret implements Supplier<byte[]> {
  private static final String NAME = "lockstep-hash-key";
  private static final String FIELD = "key";
  private static final int BYTES = 32;

  private final KubeApiClient api;
  private final ObjectKey id;
  private volatile byte[] key;

  public HashKeySecret(KubeApiClient api, String ownNamespace) {
    this.api = api;
    this.id = new ObjectKey(HeadKind.SECRET, ownNamespace, NAME);
  }

  /**
   * @throws ApiServerException if the API server refuses it or does not answer
   */
  @Override
  public byte[] get() {
    if (key == null) {
      key = read().or(this::make).or(this::read).orElseThrow(this::unusable);
    }
    return key;
  }

  public boolean isThere() {
    return key != null;
  }

  private Optional<byte[]> read() {
    return api.get(ApiPaths.of(id))
        .map(secret -> Base64.getDecoder().decode(secret.path("data").path(FIELD).asText()))
        .filter(bytes -> bytes.length == BYTES);
  }

  /** Empty if somebody else was first. */
  private Optional<byte[]> make() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    KubeApiClient.Reply reply = api.create(ApiPaths.all(id) + ApiPaths.write(false), secret(bytes));
    if (reply.code() == 409) {
      return Optional.empty();
    }
    if (!reply.isSuccess()) {
      // It is nobody's Secret but ours.
      throw reply.failure().discreet();
    }
    return Optional.of(bytes);
  }

  private JsonNode secret(byte[] bytes) {
    ObjectNode secret = JsonNodeFactory.instance.objectNode();
    secret.put("apiVersion", "v1").put("kind", "Secret").put("immutable", true);
    secret.putObject("metadata").put("name", NAME);
    secret.putObject("data").put(FIELD, bytes);
    return secret;
  }

  private ApiServerException unusable() {
    return new ApiServerException(
        ApiServerException.NO_ANSWER, id + " holds no key of " + BYTES + " bytes; delete it");
  }
}
