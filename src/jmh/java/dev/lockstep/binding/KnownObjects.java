package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.FakeCluster;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.versioning.VersionStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects that are read and never change; unlike {@link FakeCluster}, it copies and notes nothing.
 */
final class KnownObjects implements VersionStore {
  private final Map<ObjectKey, JsonNode> objects = new HashMap<>();
  private final VersionResolver versions;

  KnownObjects(ContentHasher hasher) {
    versions = new VersionResolver(this, hasher, Runnable::run);
  }

  void put(ObjectKey id, FakeCluster cluster) {
    objects.put(id, cluster.find(id).orElseThrow());
  }

  VersionResolver versions() {
    return versions;
  }

  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    return Optional.ofNullable(objects.get(id));
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    throw new UnsupportedOperationException();
  }

  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void unstamp(ObjectKey head) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean unmark(ObjectKey version) {
    throw new UnsupportedOperationException();
  }
}
