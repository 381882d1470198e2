package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.logging.LogContext;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.Version;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Heads and versions in the API server. */
public final class ApiVersionStore implements VersionStore {
  private static final Logger LOG = Logger.getLogger(ApiVersionStore.class);
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubeApiClient api;
  private final VersionListener listener;

  private final Set<HeadKind> served;

  /**
   * @param served the kinds that there are rights to
   */
  public ApiVersionStore(KubeApiClient api, Set<HeadKind> served, VersionListener listener) {
    this.api = api;
    this.served = Set.copyOf(served);
    this.listener = listener;
  }

  /** What Lockstep is not to look at is not there for it. */
  @Override
  public Optional<JsonNode> get(ObjectKey id) {
    return served.contains(id.kind()) ? api.get(ApiPaths.of(id)) : Optional.empty();
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectKey head) {
    return api.listMetadata(versions(head, ""));
  }

  @Override
  public List<JsonNode> versionsWith(ObjectKey head, ContentHash content, Optional<String> asOf) {
    String path = versions(head, "," + Labels.CONTENT + "=" + content);
    return api.list(path + asOf.map(ApiPaths::notOlderThan).orElse(""));
  }

  private static String versions(ObjectKey head, String more) {
    String selector =
        Labels.ROLE
            + "="
            + Labels.VERSION_ROLE
            + ","
            + Labels.HEAD
            + "="
            + Version.headLabel(head.name());
    return ApiPaths.all(head) + ApiPaths.labelled(selector + more);
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return api.list(ApiPaths.all("", "v1", namespace, "resourcequotas"));
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    KubeApiClient.Reply reply = api.create(ApiPaths.all(id) + ApiPaths.write(dryRun), object);
    if (reply.isSuccess()) {
      if (!dryRun) {
        made(id);
      }
      return new Creation.Created();
    }
    return reply.code() == CONFLICT
        ? new Creation.NameTaken()
        : new Creation.Failed(reply.failure());
  }

  private void made(ObjectKey version) {
    listener.made(version.kind());
    LogContext about = LogContext.object(version);
    VersionName.parse(version.name())
        .map(name -> about.version(name.number()))
        .orElse(about)
        .log(() -> LOG.infof("%s: made", version));
  }

  /** The label makes sure that the webhook is called, also where it is for heads alone. */
  @Override
  public JsonNode requestStamp(ObjectKey head, Optional<VersionNumber> givenUp, boolean dryRun) {
    String restamp = givenUp.map(VersionNumber::toString).orElse("");
    return api.mergePatch(
        ApiPaths.of(head) + ApiPaths.write(dryRun),
        metadata(
            Map.of(Labels.ROLE, Optional.of(Labels.HEAD_ROLE)),
            Map.of(Annotations.RESTAMP, Optional.of(restamp))));
  }

  @Override
  public void unstamp(ObjectKey head) {
    api.mergePatch(
        ApiPaths.of(head) + ApiPaths.write(false),
        metadata(Stamp.noLabels(), Stamp.noAnnotations()));
  }

  @Override
  public boolean unmark(ObjectKey version) {
    JsonNode patch = metadata(Map.of(), Map.of(Annotations.UNUSED_SINCE, Optional.empty()));
    KubeApiClient.Reply reply =
        api.tryMergePatch(ApiPaths.of(version) + ApiPaths.write(false), patch);
    if (reply.code() == NOT_FOUND) {
      return false;
    }
    reply.orThrow();
    return true;
  }

  private static JsonNode metadata(
      Map<String, Optional<String>> labels, Map<String, Optional<String>> annotations) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata");
    put(metadata.putObject("labels"), labels);
    put(metadata.putObject("annotations"), annotations);
    return patch;
  }

  private static void put(ObjectNode map, Map<String, Optional<String>> entries) {
    entries.forEach((key, value) -> map.put(key, value.orElse(null)));
  }
}
