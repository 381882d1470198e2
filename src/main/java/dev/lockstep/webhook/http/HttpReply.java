package dev.lockstep.webhook.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;

/** What a request is answered with over HTTP: a review, or one sentence that says why not. */
record HttpReply(int code, Map<CharSequence, CharSequence> headers, Buffer body) {
  static final String JSON = "application/json";

  private static final Map<CharSequence, CharSequence> JSON_TYPE =
      Map.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.createOptimized(JSON));
  private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain");

  /** Seconds; API servers send a review again that is answered so, as long as they have time. */
  private static final String RETRY_AFTER = "1";

  static HttpReply json(byte[] review) {
    return new HttpReply(200, JSON_TYPE, Buffer.buffer(review));
  }

  static HttpReply sentence(int code, String sentence) {
    return sentence(code, sentence, Map.of(HttpHeaders.CONTENT_TYPE, TEXT));
  }

  /** 405: a method that is not allowed, and the one that is. */
  static HttpReply only(String method, String sentence) {
    return sentence(
        405, sentence, Map.of(HttpHeaders.CONTENT_TYPE, TEXT, HttpHeaders.ALLOW, method));
  }

  /** 503: there is no room for it now, and may be soon. */
  static HttpReply comeAgain(String sentence) {
    return sentence(
        503,
        sentence,
        Map.of(HttpHeaders.CONTENT_TYPE, TEXT, HttpHeaders.RETRY_AFTER, RETRY_AFTER));
  }

  private static HttpReply sentence(
      int code, String sentence, Map<CharSequence, CharSequence> headers) {
    return new HttpReply(code, headers, Buffer.buffer("lockstep: " + sentence + "\n"));
  }

  void send(HttpServerResponse response) {
    response.setStatusCode(code);
    headers.forEach(response::putHeader);
    response.end(body);
  }
}
