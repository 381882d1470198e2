package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.model.ApiServerException;
import dev.lockstep.model.RequestDeadline;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Calls to the API server with raw JSON: the client's models would drop {@code null}, {@code {}}
 * and {@code []}. For calls from within an admission, so with little time: somebody waits.
 *
 * <p>Paths are those of {@link ApiPaths}. Every method but those that return an {@link ApiResponse}
 * throws {@link ApiServerException} if the API server refuses the call; all do if it does not
 * answer.
 */
public final class KubeApiClient implements AutoCloseable {
  private static final Duration TIME_FOR_A_CALL = Duration.ofSeconds(3);
  private static final int RETRIES_ON_BROKEN_CONNECTION = 1;
  private static final int RETRY_AFTER_MILLIS = 50;
  private static final int PAGE = 100;
  private static final int PAGE_OF_METADATA = 500;

  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final String JSON_PATCH = "application/json-patch+json";

  private final ReadLimits limits = new ReadLimits(TIME_FOR_A_CALL);
  private final NewestSeen newest = new NewestSeen();
  private final CallListener listener;
  private final KubernetesClient client;
  private final String root;
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
    this.root = client.getMasterUrl().toString().replaceAll("/$", "");
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
    ApiResponse response = limits.reading(() -> send("get", path, request(path)));
    return response.isNotFound() ? Optional.empty() : Optional.of(response.orThrow());
  }

  /** All items of a list. */
  public List<JsonNode> list(String path) {
    return ListPager.items(page(path, JSON));
  }

  /** All items of a list, their metadata alone. */
  public List<JsonNode> listMetadata(String path) {
    List<JsonNode> all = new ArrayList<>();
    forEachMetadata(path, all::add);
    return all;
  }

  /** Goes through the metadata of a list that may be long. */
  public void forEachMetadata(String path, Consumer<JsonNode> action) {
    new ListPager(PAGE_OF_METADATA, each -> page(each, PartialMetadataInterceptor.LIST))
        .whileWanted(path, always(action));
  }

  /** Goes through a list of large objects, some at a time. */
  public void forEachPage(String path, Consumer<JsonNode> action) {
    whileWanted(path, always(action));
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
    return new ListPager(PAGE, each -> page(each, JSON)).whileWanted(path, wantsMore);
  }

  private JsonNode page(String path, String accept) {
    return send("list", path, request(path).header("Accept", accept)).orThrow();
  }

  public ApiResponse create(String path, JsonNode object) {
    return send("create", path, request(path).method("POST", JSON, object.toString()));
  }

  public JsonNode mergePatch(String path, JsonNode patch) {
    return tryMergePatch(path, patch).orThrow();
  }

  public ApiResponse tryMergePatch(String path, JsonNode patch) {
    return send("patch", path, request(path).method("PATCH", MERGE_PATCH, patch.toString()));
  }

  public ApiResponse tryJsonPatch(String path, JsonNode patch) {
    return send("patch", path, request(path).method("PATCH", JSON_PATCH, patch.toString()));
  }

  /**
   * @param options a metav1.DeleteOptions, with its preconditions
   */
  public ApiResponse delete(String path, JsonNode options) {
    return send("delete", path, request(path).method("DELETE", JSON, options.toString()));
  }

  /** Whether an answer was as new as that; what requests say of it is not to be believed. */
  public boolean hasSeen(String resourceVersion) {
    return newest.covers(resourceVersion);
  }

  private HttpRequest.Builder request(String path) {
    return client
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(root + path)
        .timeout(TIME_FOR_A_CALL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private ApiResponse send(String verb, String path, HttpRequest.Builder request) {
    return RetryOnNoAnswer.call(verb, path, () -> once(verb, path, request));
  }

  private ApiResponse once(String verb, String path, HttpRequest.Builder request) {
    Duration time = RequestDeadline.timeFor(TIME_FOR_A_CALL);
    String resource = ApiPaths.resource(path);
    long started = System.nanoTime();
    String code = "none";
    try {
      ApiResponse response = send(resource, time, request);
      code = response.code() / 100 + "xx";
      return response;
    } finally {
      listener.called(verb, resource, code, System.nanoTime() - started);
    }
  }

  private ApiResponse send(String resource, Duration time, HttpRequest.Builder request) {
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.getHttpClient().sendAsync(request.build(), byte[].class);
    try {
      HttpResponse<byte[]> response = answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
      limits.expect(response.body().length);
      ApiResponse read = new ApiResponse(resource, response.code(), body(response));
      newest.note(read.body());
      return read;
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw noAnswer("interrupted", e);
    } catch (TimeoutException | CancellationException e) {
      answer.cancel(true);
      throw noAnswer("too late", e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw noAnswer(cause.getClass().getSimpleName(), cause);
    }
  }

  private JsonNode body(HttpResponse<byte[]> response) {
    try {
      return json.readTree(response.body());
    } catch (JsonProcessingException e) {
      return json.missingNode();
    } catch (IOException e) {
      throw noAnswer("it ends early", e);
    }
  }

  private static ApiServerException noAnswer(String why, Throwable cause) {
    return new ApiServerException(
        ApiServerException.NO_ANSWER, "no answer from the API server (" + why + ")", cause);
  }

  @Override
  public void close() {
    client.close();
  }
}
