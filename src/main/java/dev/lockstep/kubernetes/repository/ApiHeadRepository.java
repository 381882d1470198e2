package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.OldestVersions;
import dev.lockstep.binding.OldestVersions.Beginning;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace in the API server. */
public final class ApiHeadRepository implements HeadRepository {
  private final KubeApiClient api;

  public ApiHeadRepository(KubeApiClient api) {
    this.api = api;
  }

  @Override
  public Map<HeadRef, VersionNumber> current(ManagedNamespace namespace) {
    Map<HeadRef, VersionNumber> current = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      if (!namespace.versions(kind)) {
        continue;
      }
      for (JsonNode head :
          api.listMetadata(ApiPaths.ofRole(kind, namespace.name(), Labels.HEAD_ROLE))) {
        KubernetesJson.label(head, Labels.VERSION)
            .flatMap(VersionNumber::parse)
            .ifPresent(number -> current.put(new HeadRef(kind, KubernetesJson.name(head)), number));
      }
    }
    return current;
  }

  @Override
  public OldestVersions beginnings(ManagedNamespace namespace) {
    Map<HeadRef, Beginning> oldest = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      if (!namespace.versions(kind)) {
        continue;
      }
      for (JsonNode version :
          api.listMetadata(ApiPaths.ofRole(kind, namespace.name(), Labels.VERSION_ROLE))) {
        VersionName.parse(KubernetesJson.name(version))
            .ifPresent(
                name ->
                    KubernetesJson.created(version)
                        .map(since -> new Beginning(name.number(), since))
                        .ifPresent(
                            found ->
                                oldest.merge(
                                    new HeadRef(kind, name.head()),
                                    found,
                                    ApiHeadRepository::older)));
      }
    }
    return new OldestVersions(oldest);
  }

  private static Beginning older(Beginning one, Beginning other) {
    return one.number().compareTo(other.number()) < 0 ? one : other;
  }

  @Override
  public void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action) {
    api.forEachPage(ApiPaths.all("", "v1", namespace, kind.resource()), action);
  }
}
