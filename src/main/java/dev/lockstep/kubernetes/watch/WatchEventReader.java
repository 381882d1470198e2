package dev.lockstep.kubernetes.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.model.ApiServerException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The events of one watch, a line each. Most are of no interest, so what an event is is read from
 * its first bytes, and only the others are read as JSON. No more than one line is kept.
 */
public final class WatchEventReader {
  private static final int LONGEST_TYPE = 40;
  private static final int OK = 200;

  private final HttpClient client;
  private final ObjectMapper json;
  private final Set<String> types;
  private final Consumer<JsonNode> told;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /**
   * @param types of events that are told
   */
  public WatchEventReader(
      HttpClient client, ObjectMapper json, Set<String> types, Consumer<JsonNode> told) {
    this.client = client;
    this.json = json;
    this.types = types;
    this.told = told;
  }

  /**
   * @param watch completed when the stream ends; to cancel it is to end the stream
   */
  public void follow(HttpRequest request, CompletableFuture<Void> watch) {
    client
        .consumeBytes(request, this::read)
        .whenComplete(
            (response, refused) -> {
              if (refused != null) {
                watch.completeExceptionally(refused);
                return;
              }
              AsyncBody body = response.body();
              if (response.code() != OK) {
                body.cancel();
                watch.completeExceptionally(
                    new ApiServerException(
                        response.code(), "the API server answered " + response.code()));
                return;
              }
              watch.whenComplete((ended, cause) -> body.cancel());
              body.done()
                  .whenComplete(
                      (done, broken) -> {
                        if (broken == null) {
                          watch.complete(null);
                        } else {
                          watch.completeExceptionally(broken);
                        }
                      });
              body.consume();
            });
  }

  private void read(List<ByteBuffer> buffers, AsyncBody body) throws IOException {
    for (ByteBuffer buffer : buffers) {
      while (buffer.hasRemaining()) {
        byte next = buffer.get();
        if (next == '\n') {
          event(line.toByteArray());
          line.reset();
        } else {
          line.write(next);
        }
      }
    }
    body.consume();
  }

  private void event(byte[] line) throws IOException {
    String start =
        new String(line, 0, Math.min(line.length, LONGEST_TYPE), StandardCharsets.US_ASCII);
    // Fields have an order: {"type":"DELETED","object":{...
    if (types.stream().anyMatch(type -> start.contains("\"" + type + "\""))) {
      told.accept(json.readTree(line).path("object"));
    }
  }
}
