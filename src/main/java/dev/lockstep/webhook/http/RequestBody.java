package dev.lockstep.webhook.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * A request's body, read as it comes and on no thread of its own: who sends slowly keeps nobody
 * else waiting. Quarkus would give anything beyond 10 KiB a thread that waits for it.
 */
final class RequestBody {
  private static final String KEY = "lockstep.body";

  private final long arrived;
  private byte[] bytes;
  private int read;

  private RequestBody(int length, long arrived) {
    this.bytes = new byte[length];
    this.arrived = arrived;
  }

  /**
   * Goes on with the request when all of it is there.
   *
   * @param arrived when the request came, by {@link System#nanoTime}
   */
  static void read(RoutingContext context, int length, long arrived) {
    RequestBody body = new RequestBody(length, arrived);
    HttpServerRequest request = context.request();
    request.handler(body::add);
    request.endHandler(
        end -> {
          context.put(KEY, body);
          context.next();
        });
    request.resume();
  }

  static RequestBody of(RoutingContext context) {
    return context.get(KEY);
  }

  /**
   * All of it, once. Nothing is left of it here: a connection keeps its last request until the next
   * one comes, and large bodies would fill the memory meanwhile.
   */
  byte[] take() {
    byte[] taken = bytes;
    bytes = null;
    return taken;
  }

  /** When its request came: a body may have to wait for its place. */
  long arrived() {
    return arrived;
  }

  private void add(Buffer part) {
    part.getBytes(bytes, read);
    read += part.length();
  }
}
