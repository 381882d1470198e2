package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.controller.retention.VersionRepository;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Version;
import dev.lockstep.retention.RetentionCandidate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Versions and their users in the API server. */
public final class ApiVersionRepository implements VersionRepository {
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private final KubeApiClient api;
  private final WorkloadKinds kinds;
  private final ContentHasher hasher;
  private final Set<HeadKind> served;
  private final Optional<Set<String>> listed;

  /**
   * @param served the kinds whose versions are looked after
   * @param listed the only namespaces that there are rights to; empty: all
   */
  public ApiVersionRepository(
      KubeApiClient api,
      WorkloadKinds kinds,
      ContentHasher hasher,
      Set<HeadKind> served,
      Optional<Set<String>> listed) {
    this.api = api;
    this.kinds = kinds;
    this.hasher = hasher;
    this.served = Set.copyOf(served);
    this.listed = listed;
  }

  @Override
  public List<RetentionCandidate> all(String namespace) {
    List<RetentionCandidate> versions = new ArrayList<>();
    for (HeadKind kind : served) {
      api.listMetadata(ApiPaths.ofRole(kind, namespace, Labels.VERSION_ROLE))
          .forEach(object -> RetentionCandidate.of(kind, object).ifPresent(versions::add));
    }
    return versions;
  }

  @Override
  public Map<HeadRef, JsonNode> heads(String namespace) {
    Map<HeadRef, JsonNode> heads = new HashMap<>();
    for (HeadKind kind : served) {
      api.listMetadata(ApiPaths.ofRole(kind, namespace, Labels.HEAD_ROLE))
          .forEach(head -> heads.put(new HeadRef(kind, KubernetesJson.name(head)), head));
    }
    return heads;
  }

  @Override
  public boolean exists(HeadRef head, String namespace) {
    return api.get(ApiPaths.of(head.in(namespace))).isPresent();
  }

  @Override
  public void forEachUser(String namespace, Predicate<JsonNode> wantsMore) {
    // A kind of the cluster's own may make what the others are.
    Map<Boolean, List<WorkloadKind>> isPod =
        kinds.all().stream()
            .sorted(Comparator.comparing(WorkloadKind::isBuiltIn))
            .collect(Collectors.partitioningBy(kind -> kind.template().matches()));
    WorkloadKind.Revisions revisions = WorkloadKind.CONTROLLER_REVISIONS;
    String revisionsPath =
        ApiPaths.all(revisions.group(), revisions.version(), namespace, revisions.resource());
    if (ofKinds(isPod.get(false), namespace, wantsMore)
        && api.whileWanted(revisionsPath, wantsMore)) {
      ofKinds(isPod.get(true), namespace, wantsMore);
    }
  }

  private boolean ofKinds(
      List<WorkloadKind> some, String namespace, Predicate<JsonNode> wantsMore) {
    return some.stream().allMatch(kind -> ofKind(kind, namespace, wantsMore));
  }

  private boolean ofKind(WorkloadKind kind, String namespace, Predicate<JsonNode> wantsMore) {
    String path = ApiPaths.all(kind.group(), kind.version(), namespace, kind.resource());
    try {
      return api.whileWanted(path, wantsMore);
    } catch (ApiServerException e) {
      // Without its CRD a configured kind has no objects; without rights we can't know.
      if (kind.isBuiltIn() || e.code() != NOT_FOUND) {
        throw e;
      }
      return true;
    }
  }

  @Override
  public Set<String> namespaces() {
    if (listed.isPresent()) {
      return listed.get();
    }
    Set<String> namespaces = new HashSet<>();
    for (HeadKind kind : served) {
      api.forEachMetadata(
          ApiPaths.everywhere(kind, Labels.VERSION_ROLE),
          version -> namespaces.add(version.at("/metadata/namespace").asText()));
    }
    return namespaces;
  }

  @Override
  public boolean mark(RetentionCandidate version, Instant since) {
    return isVersion(version) && annotate(version, since.toString());
  }

  @Override
  public void unmark(RetentionCandidate version) {
    annotate(version, null);
  }

  /** What only looks like a version in a list of metadata is somebody's own object. */
  private boolean isVersion(RetentionCandidate version) {
    return api.get(path(version))
        .flatMap(object -> Version.of(id(version), object, hasher))
        .isPresent();
  }

  private boolean annotate(RetentionCandidate version, String value) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("uid", version.uid()).put("resourceVersion", version.resourceVersion());
    metadata.putObject("annotations").put(Annotations.UNUSED_SINCE, value);
    return ifUnchanged(api.tryMergePatch(path(version) + ApiPaths.write(false), patch));
  }

  @Override
  public boolean delete(RetentionCandidate version) {
    ObjectNode options = JsonNodeFactory.instance.objectNode();
    options.put("apiVersion", "v1").put("kind", "DeleteOptions");
    options
        .putObject("preconditions")
        .put("uid", version.uid())
        .put("resourceVersion", version.resourceVersion());
    return isVersion(version) && ifUnchanged(api.delete(path(version), options));
  }

  private static boolean ifUnchanged(KubeApiClient.Reply reply) {
    if (reply.code() == CONFLICT || reply.code() == NOT_FOUND) {
      return false;
    }
    reply.orThrow();
    return true;
  }

  private static String path(RetentionCandidate version) {
    return ApiPaths.of(id(version));
  }

  private static ObjectKey id(RetentionCandidate version) {
    return new HeadRef(version.head().kind(), version.name()).in(version.namespace());
  }
}
