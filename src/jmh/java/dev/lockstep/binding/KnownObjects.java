package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.version.ContentHash;
import dev.lockstep.version.ContentHasher;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.FakeCluster;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.VersionNumber;
import dev.lockstep.version.VersionStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects that are read and never change; unlike {@link FakeCluster}, it copies and notes nothing.
 */
final class KnownObjects implements VersionStore {
  private final Map<ObjectId, JsonNode> objects = new HashMap<>();
  private final CurrentVersions versions;

  KnownObjects(ContentHasher hasher) {
    versions = new CurrentVersions(this, hasher, Runnable::run);
  }

  void put(ObjectId id, FakeCluster cluster) {
    objects.put(id, cluster.find(id).orElseThrow());
  }

  CurrentVersions versions() {
    return versions;
  }

  @Override
  public Optional<JsonNode> get(ObjectId id) {
    return Optional.ofNullable(objects.get(id));
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectId head) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JsonNode> versionsWith(ObjectId head, ContentHash content, Optional<String> asOf) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Creation create(ObjectId id, JsonNode object, boolean dryRun) {
    throw new UnsupportedOperationException();
  }

  @Override
  public JsonNode requestStamp(ObjectId head, Optional<VersionNumber> givenUp, boolean dryRun) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unstamp(ObjectId head) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean unmark(ObjectId version) {
    throw new UnsupportedOperationException();
  }
}
