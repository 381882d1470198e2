package dev.lockstep.warmup;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.WorkloadAdmission;
import dev.lockstep.binding.WorkloadKinds;
import dev.lockstep.binding.WorkloadSettings;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHasher;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.HeadAdmission;
import dev.lockstep.versioning.ManagedNamespaces;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.versioning.VersionResolver;
import dev.lockstep.webhook.HeadWebhook;
import dev.lockstep.webhook.WarmUpWebhooks;
import dev.lockstep.webhook.WorkloadWebhook;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/** What {@link WarmUp} asks about: two heads, and a Deployment that names them. */
public final class SampleReviews {
  private static final String NAMESPACE = "warm-up";

  /** One has more than what is answered without being weighed first. */
  private static final Map<String, Integer> BYTES = Map.of("small", 200, "large", 32 * 1024);

  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "warm-up"},
       "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "%s", "envFrom": [
         {"configMapRef": {"name": "small"}}, {"configMapRef": {"name": "large"}}]}]}}}}
      """;

  private static final String REVIEW =
      """
      {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": "warm-up",
       "resource": {"group": "%s", "version": "v1", "resource": "%s"}, "namespace": "warm-up",
       "operation": "%s", "dryRun": true, "userInfo": {"username": "warm-up"},
       "object": %s, "oldObject": %s, "options": null}}
      """;

  /** A body, and the path of the webhook that it is for. */
  record Review(String path, Buffer body) {}

  private final ObjectMapper json = new ObjectMapper();
  private final ContentHasher hasher;
  private final WarmUpStore store;
  private final List<Review> reviews;

  public SampleReviews(KubeApiClient api, ContentHasher hasher) {
    this.hasher = hasher;
    this.store = new WarmUpStore(api);
    BYTES.keySet().forEach(name -> store.put(id(name), head(name, "a")));
    this.reviews = make();
  }

  /** Webhooks to which the namespace is opted in, and holds these heads. */
  public WarmUpWebhooks webhooks(WorkloadSettings settings, Executor lookUps) {
    VersionResolver versions = new VersionResolver(store, hasher, lookUps);
    ManagedNamespaces namespaces = name -> Optional.of(new ManagedNamespace(name, Map.of()));
    return new WarmUpWebhooks(
        new HeadWebhook(
            new HeadAdmission(store, hasher, versions, lookUps),
            namespaces,
            true,
            VersionListener.NONE),
        new WorkloadWebhook(
            new WorkloadAdmission(
                versions, (kind, namespace, workload) -> List.of(), settings, lookUps),
            WorkloadKinds.with(List.of()),
            namespaces));
  }

  /** So many, as API servers send them. */
  public List<Review> reviews(int count) {
    return IntStream.range(0, count).mapToObj(i -> reviews.get(i % reviews.size())).toList();
  }

  private List<Review> make() {
    return List.of(
        ofHead("CREATE", head("small", "b"), null),
        ofHead("UPDATE", head("small", "a"), head("small", "a")),
        ofHead("UPDATE", head("large", "b"), head("large", "a")),
        ofDeployment("CREATE", DEPLOYMENT.formatted("a"), null),
        ofDeployment("UPDATE", DEPLOYMENT.formatted("b"), DEPLOYMENT.formatted("a")));
  }

  private static Review ofHead(String operation, ObjectNode object, ObjectNode old) {
    return review("heads", "", "configmaps", operation, object, old);
  }

  private static Review ofDeployment(String operation, String object, String old) {
    return review("workloads", "apps", "deployments", operation, object, old);
  }

  private static Review review(
      String webhook, String group, String resource, String operation, Object object, Object old) {
    return new Review(
        "/mutate/" + webhook,
        Buffer.buffer(REVIEW.formatted(group, resource, operation, object, old)));
  }

  private static ObjectKey id(String name) {
    return new ObjectKey(HeadKind.CONFIG_MAP, NAMESPACE, name);
  }

  /** With the stamp of its content, as it would have been persisted. */
  private ObjectNode head(String name, String start) {
    ObjectNode head = json.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata =
        head.putObject("metadata").put("name", name).put("namespace", NAMESPACE).put("uid", name);
    head.putObject("data").put("KEY", start + "line\n".repeat(BYTES.get(name) / 5));
    Stamp stamp =
        new Stamp(
            VersionNumber.FIRST,
            hasher.hash(Content.of(HeadKind.CONFIG_MAP, head)),
            VersionNumber.FIRST,
            Optional.empty());
    put(metadata.putObject("labels"), stamp.labels());
    put(metadata.putObject("annotations"), stamp.annotations());
    return head;
  }

  private static void put(ObjectNode map, Map<String, Optional<String>> values) {
    values.forEach((key, value) -> value.ifPresent(text -> map.put(key, text)));
  }
}
