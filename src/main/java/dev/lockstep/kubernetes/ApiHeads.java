package dev.lockstep.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Beginnings;
import dev.lockstep.binding.Beginnings.Beginning;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.reconcile.Heads;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Json;
import dev.lockstep.version.Keys;
import dev.lockstep.version.VersionName;
import dev.lockstep.version.VersionNumber;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** ConfigMaps and Secrets of a namespace in the API server. */
public final class ApiHeads implements Heads {
  private final ApiServer api;

  public ApiHeads(ApiServer api) {
    this.api = api;
  }

  @Override
  public Map<HeadRef, VersionNumber> current(String namespace) {
    Map<HeadRef, VersionNumber> current = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      for (JsonNode head : api.listMetadata(Paths.ofRole(kind, namespace, Keys.HEAD_ROLE))) {
        Json.label(head, Keys.VERSION)
            .flatMap(VersionNumber::parse)
            .ifPresent(number -> current.put(new HeadRef(kind, Json.name(head)), number));
      }
    }
    return current;
  }

  @Override
  public Beginnings beginnings(String namespace) {
    Map<HeadRef, Beginning> oldest = new HashMap<>();
    for (HeadKind kind : HeadKind.values()) {
      for (JsonNode version : api.listMetadata(Paths.ofRole(kind, namespace, Keys.VERSION_ROLE))) {
        VersionName.parse(Json.name(version))
            .ifPresent(
                name ->
                    Json.created(version)
                        .map(since -> new Beginning(name.number(), since))
                        .ifPresent(
                            found ->
                                oldest.merge(
                                    new HeadRef(kind, name.head()), found, ApiHeads::older)));
      }
    }
    return new Beginnings(oldest);
  }

  private static Beginning older(Beginning one, Beginning other) {
    return one.number().compareTo(other.number()) < 0 ? one : other;
  }

  @Override
  public void forEach(HeadKind kind, String namespace, Consumer<JsonNode> action) {
    api.forEachPage(Paths.all("", "v1", namespace, kind.resource()), action);
  }
}
