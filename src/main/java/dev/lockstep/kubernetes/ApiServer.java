package dev.lockstep.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.version.ApiCallException;
import dev.lockstep.version.Deadline;
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
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Calls to the API server with raw JSON: the client's models would drop {@code null}, {@code {}}
 * and {@code []}. For calls from within an admission, so with little time: somebody waits.
 */
public final class ApiServer implements AutoCloseable {
  private static final Duration TIME_FOR_A_CALL = Duration.ofSeconds(3);
  private static final int RETRIES_ON_BROKEN_CONNECTION = 1;
  private static final int RETRY_AFTER_MILLIS = 50;
  private static final int LONGEST_MESSAGE = 400;
  private static final int PAGE = 100;

  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final String JSON_PATCH = "application/json-patch+json";
  private static final String METADATA_LIST =
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

  private final KubernetesClient client;
  private final ObjectMapper json = new ObjectMapper();

  public ApiServer(Config config) {
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

  /** Empty if there is no such object. */
  Optional<JsonNode> get(String path) {
    Reply reply = send(request(path));
    return reply.code() == 404 ? Optional.empty() : Optional.of(reply.orThrow());
  }

  /** All items of a list. */
  List<JsonNode> list(String path) {
    return items(send(request(path)));
  }

  /** All items of a list, their metadata alone. */
  List<JsonNode> listMetadata(String path) {
    return items(send(request(path).header("Accept", METADATA_LIST)));
  }

  /** Goes through a list of large objects, some at a time. */
  void forEachPage(String path, Consumer<JsonNode> action) {
    String token = "";
    do {
      JsonNode list =
          send(request(path + "?limit=" + PAGE + (token.isEmpty() ? "" : "&continue=" + token)))
              .orThrow();
      JsonNode kind = list.path("kind");
      for (JsonNode item : list.path("items")) {
        action.accept(whole(item, list.path("apiVersion"), kind));
      }
      token = list.at("/metadata/continue").asText("");
    } while (!token.isEmpty());
  }

  private static List<JsonNode> items(Reply reply) {
    JsonNode list = reply.orThrow();
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

  Reply create(String path, JsonNode object) {
    return send(request(path).method("POST", JSON, object.toString()));
  }

  JsonNode mergePatch(String path, JsonNode patch) {
    return tryMergePatch(path, patch).orThrow();
  }

  Reply tryMergePatch(String path, JsonNode patch) {
    return send(request(path).method("PATCH", MERGE_PATCH, patch.toString()));
  }

  Reply tryJsonPatch(String path, JsonNode patch) {
    return send(request(path).method("PATCH", JSON_PATCH, patch.toString()));
  }

  /**
   * @param options a metav1.DeleteOptions, with its preconditions
   */
  Reply delete(String path, JsonNode options) {
    return send(request(path).method("DELETE", JSON, options.toString()));
  }

  private HttpRequest.Builder request(String path) {
    return client
        .getHttpClient()
        .newHttpRequestBuilder()
        .uri(client.getMasterUrl().toString().replaceAll("/$", "") + path)
        .timeout(TIME_FOR_A_CALL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** An answer of the API server, whatever it says. */
  record Reply(int code, JsonNode body) {

    boolean isSuccess() {
      return code >= 200 && code < 300;
    }

    JsonNode orThrow() {
      if (!isSuccess()) {
        throw failure();
      }
      return body;
    }

    ApiCallException failure() {
      String message = body.path("message").asText("the API server answered " + code);
      return new ApiCallException(
          code,
          message.length() <= LONGEST_MESSAGE
              ? message
              : message.substring(0, LONGEST_MESSAGE) + "...");
    }
  }

  private Reply send(HttpRequest.Builder request) {
    Duration time = Deadline.timeFor(TIME_FOR_A_CALL);
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.getHttpClient().sendAsync(request.build(), byte[].class);
    try {
      HttpResponse<byte[]> response = answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply(response.code(), body(response));
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

  private static ApiCallException noAnswer(String why) {
    return new ApiCallException(
        ApiCallException.NO_ANSWER, "no answer from the API server (" + why + ")");
  }

  @Override
  public void close() {
    client.close();
  }
}
