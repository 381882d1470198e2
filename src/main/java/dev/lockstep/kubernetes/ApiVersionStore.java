package dev.lockstep.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.logging.About;
import dev.lockstep.version.ContentHash;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Keys;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.Stamp;
import dev.lockstep.version.Version;
import dev.lockstep.version.VersionListener;
import dev.lockstep.version.VersionName;
import dev.lockstep.version.VersionNumber;
import dev.lockstep.version.VersionStore;
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

  private final ApiServer api;
  private final VersionListener listener;

  private final Set<HeadKind> served;

  /**
   * @param served the kinds that there are rights to
   */
  public ApiVersionStore(ApiServer api, Set<HeadKind> served, VersionListener listener) {
    this.api = api;
    this.served = Set.copyOf(served);
    this.listener = listener;
  }

  /** What Lockstep is not to look at is not there for it. */
  @Override
  public Optional<JsonNode> get(ObjectId id) {
    return served.contains(id.kind()) ? api.get(Paths.of(id)) : Optional.empty();
  }

  @Override
  public List<JsonNode> metadataOfVersions(ObjectId head) {
    return api.listMetadata(versions(head, ""));
  }

  @Override
  public List<JsonNode> versionsWith(ObjectId head, ContentHash content, Optional<String> asOf) {
    String path = versions(head, "," + Keys.CONTENT + "=" + content);
    return api.list(path + asOf.map(Paths::notOlderThan).orElse(""));
  }

  private static String versions(ObjectId head, String more) {
    String selector =
        Keys.ROLE
            + "="
            + Keys.VERSION_ROLE
            + ","
            + Keys.HEAD
            + "="
            + Version.headLabel(head.name());
    return Paths.all(head) + Paths.labelled(selector + more);
  }

  @Override
  public List<JsonNode> quotas(String namespace) {
    return api.list(Paths.all("", "v1", namespace, "resourcequotas"));
  }

  @Override
  public Creation create(ObjectId id, JsonNode object, boolean dryRun) {
    ApiServer.Reply reply = api.create(Paths.all(id) + Paths.write(dryRun), object);
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

  private void made(ObjectId version) {
    listener.made(version.kind());
    About about = About.object(version);
    VersionName.parse(version.name())
        .map(name -> about.version(name.number()))
        .orElse(about)
        .log(() -> LOG.infof("%s: made", version));
  }

  /** The label makes sure that the webhook is called, also where it is for heads alone. */
  @Override
  public JsonNode requestStamp(ObjectId head, Optional<VersionNumber> givenUp, boolean dryRun) {
    String restamp = givenUp.map(VersionNumber::toString).orElse("");
    return api.mergePatch(
        Paths.of(head) + Paths.write(dryRun),
        metadata(
            Map.of(Keys.ROLE, Optional.of(Keys.HEAD_ROLE)),
            Map.of(Keys.RESTAMP, Optional.of(restamp))));
  }

  @Override
  public void unstamp(ObjectId head) {
    api.mergePatch(
        Paths.of(head) + Paths.write(false), metadata(Stamp.noLabels(), Stamp.noAnnotations()));
  }

  @Override
  public boolean unmark(ObjectId version) {
    JsonNode patch = metadata(Map.of(), Map.of(Keys.UNUSED_SINCE, Optional.empty()));
    ApiServer.Reply reply = api.tryMergePatch(Paths.of(version) + Paths.write(false), patch);
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
