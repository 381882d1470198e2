package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.lockstep.callers.WebhookPath;
import dev.lockstep.model.HeadKind;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a review is about, as far as it has to be known before it is read. API servers write this
 * before the objects; for whoever does not, it is not known.
 *
 * @param namespace empty if it is not known
 */
public record ReviewTarget(String group, String resource, String operation, String namespace) {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  /** Up to the operation, a review of an API server has about sixty. */
  private static final int MOST_TOKENS = 200;

  private static final String REQUEST = "/request";
  private static final String RESOURCE = REQUEST + "/resource";
  private static final Set<String> WANTED =
      Set.of(
          RESOURCE + "/group",
          RESOURCE + "/resource",
          REQUEST + "/operation",
          REQUEST + "/namespace");

  /** Looks at the beginning of a review only. */
  public static ReviewTarget of(byte[] review) {
    Map<String, String> texts = new HashMap<>();
    try (JsonParser parser = JSON.createParser(review)) {
      for (int tokens = 0; tokens < MOST_TOKENS && texts.size() < WANTED.size(); tokens++) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          break;
        }
        String place = token == JsonToken.VALUE_STRING ? place(parser.getParsingContext()) : "";
        if (WANTED.contains(place)) {
          texts.putIfAbsent(place, parser.getText());
        }
      }
    } catch (IOException e) {
      // Whoever reads all of it says what is wrong with it.
    }
    return new ReviewTarget(
        texts.getOrDefault(RESOURCE + "/group", ""),
        texts.getOrDefault(RESOURCE + "/resource", ""),
        texts.getOrDefault(REQUEST + "/operation", ""),
        texts.getOrDefault(REQUEST + "/namespace", ""));
  }

  /** Only where something wanted can be: a text for each token would be work for nothing. */
  private static String place(JsonStreamContext context) {
    return switch (context.getNestingDepth()) {
      case 2 -> names(context.getParent(), context);
      case 3 -> names(context.getParent().getParent(), context.getParent(), context);
      default -> "";
    };
  }

  private static String names(JsonStreamContext... contexts) {
    StringBuilder place = new StringBuilder();
    for (JsonStreamContext context : contexts) {
      place.append('/').append(context.getCurrentName());
    }
    return place.toString();
  }

  /** Which webhook's rules it is for; empty if nothing says so. */
  public Optional<WebhookPath> webhook() {
    if (resource.isEmpty() || operation.isEmpty()) {
      return Optional.empty();
    }
    if (!group.isEmpty() || HeadKind.ofResource(resource).isEmpty()) {
      return Optional.of(WebhookPath.WORKLOADS);
    }
    return Optional.of(operation.equals("DELETE") ? WebhookPath.VERSIONS : WebhookPath.HEADS);
  }
}
