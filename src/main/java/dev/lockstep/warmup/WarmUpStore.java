package dev.lockstep.warmup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Objects that are nowhere but here. Each look at them is a call to the API server all the same, so
 * that the client is warm, too.
 */
final class WarmUpStore implements VersionStore {
  private final Runnable apiCall;
  private final Map<ObjectKey, JsonNode> objects = new ConcurrentHashMap<>();

  /**
   * @param apiCall makes any call to the API server
   */
  WarmUpStore(Runnable apiCall) {
    this.apiCall = apiCall;
  }

  public void put(ObjectKey id, JsonNode object) {
    objects.put(id, object);
  }

  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    apiCall.run();
    return Optional.ofNullable(objects.get(id));
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    return List.of();
  }

  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    apiCall.run();
    return List.of();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return List.of();
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    apiCall.run();
    if (!dryRun) {
      objects.put(id, object);
    }
    return new Creation.Created();
  }

  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    return objects.getOrDefault(head, MissingNode.getInstance());
  }

  @Override
  public void unstamp(ObjectKey head) {
    objects.remove(head);
  }

  @Override
  public boolean unmark(ObjectKey version, int times) {
    return objects.containsKey(version);
  }
}
