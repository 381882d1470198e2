package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.ApiResponse;
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
import dev.lockstep.retention.NamedNumbers;
import dev.lockstep.retention.VersionReferrers;
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

  private final KubeApiClient api;
  private final VersionListener listener;

  private final Set<HeadKind> served;
  private final VersionReferrers users;

  /**
   * @param served the kinds that there are rights to
   */
  public ApiVersionStore(
      KubeApiClient api, Set<HeadKind> served, VersionReferrers users, VersionListener listener) {
    this.api = api;
    this.served = Set.copyOf(served);
    this.users = users;
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
    // The API server would wait for a number that is still to come, which anybody can make up.
    return api.list(path + asOf.filter(api::hasSeen).map(ApiPaths::notOlderThan).orElse(""));
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
  public Optional<VersionNumber> highestNamed(ObjectKey head) {
    return NamedNumbers.highest(head, users);
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return api.list(ApiPaths.all("", "v1", namespace, "resourcequotas"));
  }

  @Override
  public Creation create(ObjectKey id, JsonNode object, boolean dryRun) {
    ApiResponse response = api.create(ApiPaths.all(id) + ApiPaths.write(dryRun), object);
    if (response.isSuccess()) {
      if (!dryRun) {
        made(id);
      }
      return new Creation.Created();
    }
    return response.isConflict()
        ? new Creation.NameTaken()
        : new Creation.Failed(response.failure());
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
        new MetadataPatch()
            .labels(Map.of(Labels.ROLE, Optional.of(Labels.HEAD_ROLE)))
            .annotation(Annotations.RESTAMP, Optional.of(restamp))
            .toJson());
  }

  @Override
  public void unstamp(ObjectKey head) {
    api.mergePatch(
        ApiPaths.of(head) + ApiPaths.write(false),
        new MetadataPatch().labels(Stamp.noLabels()).annotations(Stamp.noAnnotations()).toJson());
  }

  @Override
  public boolean unmark(ObjectKey version, int times) {
    MetadataPatch patch =
        new MetadataPatch()
            .annotation(Annotations.UNUSED_SINCE, Optional.empty())
            .annotation(Annotations.UNMARKED, Optional.of(String.valueOf(times)));
    ApiResponse response =
        api.tryMergePatch(ApiPaths.of(version) + ApiPaths.write(false), patch.toJson());
    if (response.isNotFound()) {
      return false;
    }
    response.orThrow();
    return true;
  }
}
