package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.kubernetes.watch.WatchEventReader;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.RequestDeadline;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Calls to the API server with raw JSON: the client's models would drop {@code null}, {@code {}}
 * and {@code []}. For calls from within an admission, so with little time: somebody waits.
 */
public final class KubeApiClient implements AutoCloseable {
  private static final Duration TIME_FOR_A_CALL = Duration.ofSeconds(3);
  private static final int RETRIES_ON_BROKEN_CONNECTION = 1;
  private static final int RETRY_AFTER_MILLIS = 50;
  private static final int LONGEST_MESSAGE = 400;
  private static final int PAGE = 100;
  private static final int NOT_FOUND = 404;
  private static final int PAGE_OF_METADATA = 500;

  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final String JSON_PATCH = "application/json-patch+json";

  /** Accept: what an object is without its content. */
  static final String METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

  /** Accept: the same for all objects of a list. */
  static final String METADATA_LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

  /** Of all words about a Secret, these are Kubernetes' own, which hold none of its content. */
  private static final Pattern HARMLESS =
      Pattern.compile(
          "(admission webhook \"heads\\.lockstep\\.dev\" denied the request: lockstep: cannot [^:]*: )?"
              + "(secrets( \"[-a-z0-9.]*\")? is forbidden: )?"
              + "(exceeded quota: |User \"[^\"]*\" cannot ).*"
              + "|Internal error occurred: failed calling webhook .*");

  private final CallListener listener;
  private final KubernetesClient client;
  private final ObjectMapper json = new ObjectMapper();

  public KubeApiClient(Config config, CallListener listener) {
    this.listener = listener;
    int millis = Math.toIntExact(TIME_FOR_A_CALL.toMillis());
    this.client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(config)
                    .withConnectionTimeout(millis)
                    .withRequestTimeout(millis)
                    .withRequestRetryBackoffLimit(RETRIES_ON_BROKEN_CONNECTION)
                    .withRequestRetryBackoffInterval(RETRY_AFTER_MILLIS)
                    .build())
            .build();
  }

  /** Whether the API server answers at all, whatever it says. */
  public boolean answers() {
    try {
      send("get", "/version", request("/version"));
      return true;
    } catch (ApiServerException e) {
      return false;
    }
  }

  /** Empty if there is no such object. */
  public Optional<JsonNode> get(String path) {
    Reply reply = send("get", path, request(path));
    return reply.code() == NOT_FOUND ? Optional.empty() : Optional.of(reply.orThrow());
  }

  /** All items of a list. */
  public List<JsonNode> list(String path) {
    return items(send("list", path, request(path)).orThrow());
  }

  /** All items of a list, their metadata alone. */
  public List<JsonNode> listMetadata(String path) {
    List<JsonNode> all = new ArrayList<>();
    forEachMetadata(path, all::add);
    return all;
  }

  /** Goes through the metadata of a list that may be long. */
  public void forEachMetadata(String path, Consumer<JsonNode> action) {
    whileWanted(path, PAGE_OF_METADATA, METADATA_LIST, always(action));
  }

  /** Goes through a list of large objects, some at a time. */
  public void forEachPage(String path, Consumer<JsonNode> action) {
    whileWanted(path, PAGE, JSON, always(action));
  }

  private static Predicate<JsonNode> always(Consumer<JsonNode> action) {
    return item -> {
      action.accept(item);
      return true;
    };
  }

  /**
   * The same, as long as more is wanted.
   *
   * @param wantsMore false ends it
   * @return false if it was ended
   */
  public boolean whileWanted(String path, Predicate<JsonNode> wantsMore) {
    return whileWanted(path, PAGE, JSON, wantsMore);
  }

  private boolean whileWanted(String path, int page, String accept, Predicate<JsonNode> wantsMore) {
    String token = "";
    do {
      String query = (path.contains("?") ? "&" : "?") + "limit=" + page + token;
      JsonNode list = send("list", path, request(path + query).header("Accept", accept)).orThrow();
      for (JsonNode item : items(list)) {
        if (!wantsMore.test(item)) {
          return false;
        }
      }
      String next = list.at("/metadata/continue").asText("");
      token = next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    } while (!token.isEmpty());
    return true;
  }

  private static List<JsonNode> items(JsonNode list) {
    List<JsonNode> items = new ArrayList<>();
    for (JsonNode item : list.path("items")) {
      items.add(whole(item, list.path("apiVersion"), list.path("kind")));
    }
    return items;
  }

  /** Items of a list do not say what they are; the list does: {@code DeploymentList}. */
  private static JsonNode whole(JsonNode item, JsonNode apiVersion, JsonNode listKind) {
    if (item instanceof ObjectNode object && !object.has("kind")) {
      object.set("apiVersion", apiVersion);
      object.put("kind", listKind.asText().replaceFirst("List$", ""));
    }
    return item;
  }

  public Reply create(String path, JsonNode object) {
    return send("create", path, request(path).method("POST", JSON, object.toString()));
  }

  public JsonNode mergePatch(String path, JsonNode patch) {
    return tryMergePatch(path, patch).orThrow();
  }

  public Reply tryMergePatch(String path, JsonNode patch) {
    return send("patch", path, request(path).method("PATCH", MERGE_PATCH, patch.toString()));
  }

  public Reply tryJsonPatch(String path, JsonNode patch) {
    return send("patch", path, request(path).method("PATCH", JSON_PATCH, patch.toString()));
  }

  /**
   * @param options a metav1.DeleteOptions, with its preconditions
   */
  public Reply delete(String path, JsonNode options) {
    return send("delete", path, request(path).method("DELETE", JSON, options.toString()));
  }

  /**
   * A watch of metadata alone, that keeps nothing.
   *
   * @param types of events that are told: {@code DELETED}
   * @param watch completed when it ends; to cancel it is to end it
   */
  public void watchMetadata(
      String path, Set<String> types, Consumer<JsonNode> told, CompletableFuture<Void> watch) {
    HttpRequest request = to(path).header("Accept", METADATA).forStreaming().build();
    new WatchEventReader(client.getHttpClient(), json, types, told).follow(request, watch);
  }

  private HttpRequest.Builder request(String path) {
    return to(path).timeout(TIME_FOR_A_CALL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private HttpRequest.Builder to(String path) {
    return client
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(client.getMasterUrl().toString().replaceAll("/$", "") + path);
  }

  /** An answer of the API server, whatever it says. */
  public record Reply(String resource, int code, JsonNode body) {

    public boolean isSuccess() {
      return code >= 200 && code < 300;
    }

    public JsonNode orThrow() {
      if (!isSuccess()) {
        throw failure();
      }
      return body;
    }

    public ApiServerException failure() {
      String message = body.path("message").asText("the API server answered " + code);
      String words =
          message.length() <= LONGEST_MESSAGE
              ? message
              : message.substring(0, LONGEST_MESSAGE) + "...";
      return isConfidential(message)
          ? ApiServerException.confidential(code, words)
          : new ApiServerException(code, words);
    }

    private boolean isConfidential(String message) {
      return resource.equals(HeadKind.SECRET.resource())
          && code >= 400
          && code != NOT_FOUND
          && !HARMLESS.matcher(message).matches();
    }
  }

  private Reply send(String verb, String path, HttpRequest.Builder request) {
    Duration time = RequestDeadline.timeFor(TIME_FOR_A_CALL);
    String resource = ApiPaths.resource(path);
    long started = System.nanoTime();
    String code = "none";
    try {
      Reply reply = send(resource, time, request);
      code = reply.code() / 100 + "xx";
      return reply;
    } finally {
      listener.called(verb, resource, code, System.nanoTime() - started);
    }
  }

  private Reply send(String resource, Duration time, HttpRequest.Builder request) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.getHttpClient().sendAsync(request.build(), byte[].class);
    try {
      HttpResponse<byte[]> response = answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply(resource, response.code(), body(response));
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw noAnswer("interrupted");
    } catch (TimeoutException | CancellationException e) {
      answer.cancel(true);
      throw noAnswer("too late");
    } catch (ExecutionException e) {
      throw noAnswer(e.getCause().getClass().getSimpleName());
    }
  }

  private JsonNode body(HttpResponse<byte[]> response) {
    try {
      return json.readTree(response.body());
    } catch (JsonProcessingException e) {
      return json.missingNode();
    } catch (IOException e) {
      throw noAnswer("it ends early");
    }
  }

  private static ApiServerException noAnswer(String why) {
    return new ApiServerException(
        ApiServerException.NO_ANSWER, "no answer from the API server (" + why + ")");
  }

  @Override
  public void close() {
    client.close();
  }
}
