package dev.lockstep.versioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionAllocator.AllocationRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the older version of a head that has the content already: A, B, A. */
final class EqualVersions {
  private static final int MAX_COMPARED = 10;

  private final VersionStore store;
  private final VersionKeeper versions;

  EqualVersions(VersionStore store, VersionKeeper versions) {
    this.store = store;
    this.versions = versions;
  }

  /**
   * @param listed metadata of the head's versions, where hashes of another scheme are to be
   *     expected
   */
  Optional<VersionNumber> find(AllocationRequest request, List<JsonNode> listed, boolean dryRun) {
    return byHash(request, dryRun).or(() -> byContent(request, listed, dryRun));
  }

  private Optional<VersionNumber> byHash(AllocationRequest request, boolean dryRun) {
    ObjectKey head = request.head();
    return store.versionsWith(head, request.content().hash(), request.asOf()).stream()
        .map(
            object ->
                Version.of(head.named(KubernetesJson.name(object)), object, versions.hasher()))
        .flatMap(Optional::stream)
        .filter(version -> version.head().equals(head))
        .map(Version::number)
        .sorted()
        .filter(number -> isEqual(request, number, dryRun))
        .findFirst();
  }

  /**
   * Versions that were hashed in another way (by an older Lockstep, with a lost key, in another
   * namespace) can't be found by their hash: the newest of them are read and compared.
   */
  private Optional<VersionNumber> byContent(
      AllocationRequest request, List<JsonNode> listed, boolean dryRun) {
    ObjectKey head = request.head();
    return listed.stream()
        .filter(
            object ->
                KubernetesJson.label(object, Labels.CONTENT)
                    .flatMap(ContentHash::parse)
                    .filter(hash -> !versions.hasher().knows(head, hash))
                    .isPresent())
        .map(object -> VersionName.parse(KubernetesJson.name(object)))
        .flatMap(Optional::stream)
        .filter(name -> name.head().equals(head.name()))
        .map(VersionName::number)
        .sorted(Comparator.reverseOrder())
        .limit(MAX_COMPARED)
        .filter(number -> isEqual(request, number, dryRun))
        .findFirst();
  }

  private boolean isEqual(AllocationRequest request, VersionNumber number, boolean dryRun) {
    return versions.isVersion(
        Version.id(request.head(), number), request.content().content(), dryRun);
  }
}
