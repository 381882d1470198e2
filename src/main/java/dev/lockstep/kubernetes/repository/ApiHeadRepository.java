package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ManagedFields;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace in the API server. */
public final class ApiHeadRepository implements HeadRepository {
  /** What {@value Annotations#ROLLBACK} says. */
  private static final String FOLLOWS = "current";

  private final KubeApiClient api;

  public ApiHeadRepository(KubeApiClient api) {
    this.api = api;
  }

  @Override
  public Map<HeadRef, CurrentHead> current(ManagedNamespace namespace) {
    Map<HeadRef, CurrentHead> current = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      if (!namespace.versions(kind)) {
        continue;
      }
      for (JsonNode head :
          api.listMetadata(ApiPaths.ofRole(kind, namespace.name(), Labels.HEAD_ROLE))) {
        KubernetesJson.label(head, Labels.VERSION)
            .flatMap(VersionNumber::parse)
            .ifPresent(
                number ->
                    current.put(
                        new HeadRef(kind, KubernetesJson.name(head)), current(head, number)));
      }
    }
    return current;
  }

  private static CurrentHead current(JsonNode head, VersionNumber number) {
    return new CurrentHead(
        number,
        KubernetesJson.annotation(head, Annotations.CHANGED_BY),
        ManagedFields.newest(head, ApiHeadRepository::isOfContent),
        KubernetesJson.annotation(head, Annotations.ROLLBACK).filter(FOLLOWS::equals).isPresent());
  }

  /**
   * Who empties an object owns none of it any more; that it was written tells enough. Who applies
   * {@code stringData} server-side owns that, though it is persisted as data.
   */
  private static boolean isOfContent(JsonNode fields) {
    return fields.has("f:data")
        || fields.has("f:binaryData")
        || fields.has("f:stringData")
        || fields.has("f:type");
  }

  @Override
  public Map<HeadRef, List<MadeVersion>> versions(ManagedNamespace namespace) {
    Map<HeadRef, List<MadeVersion>> versions = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      if (namespace.versions(kind)) {
        api.listMetadata(ApiPaths.ofRole(kind, namespace.name(), Labels.VERSION_ROLE))
            .forEach(version -> add(kind, version, versions));
      }
    }
    versions.values().forEach(Collections::sort);
    return versions;
  }

  private static void add(
      HeadKind kind, JsonNode version, Map<HeadRef, List<MadeVersion>> versions) {
    Optional<VersionName> name = VersionName.parse(KubernetesJson.name(version));
    Optional<Instant> made = KubernetesJson.created(version);
    if (name.isPresent() && made.isPresent()) {
      versions
          .computeIfAbsent(new HeadRef(kind, name.get().head()), head -> new ArrayList<>())
          .add(
              new MadeVersion(
                  name.get().number(),
                  made.get(),
                  KubernetesJson.annotation(version, Annotations.CHANGED_BY)));
    }
  }

  @Override
  public void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action) {
    api.forEachPage(ApiPaths.all("", "v1", namespace, kind.resource()), action);
  }
}
