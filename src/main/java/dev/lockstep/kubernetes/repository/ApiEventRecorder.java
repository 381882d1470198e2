package dev.lockstep.kubernetes.repository;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.kubernetes.client.ApiPaths;
import dev.lockstep.kubernetes.client.KubeApiClient;
import dev.lockstep.model.ApiServerException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Events in the API server. What was told already is not told again while the API server keeps it:
 * an Event's name comes from what it says.
 */
public final class ApiEventRecorder implements EventRecorder {
  private static final Logger LOG = Logger.getLogger(ApiEventRecorder.class);
  private static final int CONFLICT = 409;
  private static final int LONGEST_NAME = 200;

  /** What is true still is told again, but not with each pass through its namespace. */
  private static final Duration TOLD_AGAIN_AFTER = Duration.ofMinutes(30);

  private static final int REMEMBERED = 10_000;

  private final KubeApiClient api;
  private final Clock clock;

  /** When each Event was told, by its name. */
  private final Map<String, Instant> told =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
              return size() > REMEMBERED;
            }
          });

  public ApiEventRecorder(KubeApiClient api, Clock clock) {
    this.api = api;
    this.clock = clock;
  }

  @Override
  public void tell(JsonNode object, Severity severity, String reason, String message) {
    String namespace = object.at("/metadata/namespace").asText();
    JsonNode event = event(object, severity, reason, message);
    String name = event.at("/metadata/name").asText();
    if (wasToldLately(name)) {
      return;
    }
    try {
      KubeApiClient.Reply reply =
          api.create(ApiPaths.all("", "v1", namespace, "events") + ApiPaths.write(false), event);
      if (reply.isSuccess() || reply.code() == CONFLICT) {
        told.put(name, clock.instant());
      } else {
        LOG.warnf("no Event %s: %s", reason, reply.failure().getMessage());
      }
    } catch (ApiServerException e) {
      LOG.warnf("no Event %s: %s", reason, e.getMessage());
    }
  }

  private boolean wasToldLately(String event) {
    Instant before = told.get(event);
    return before != null && before.plus(TOLD_AGAIN_AFTER).isAfter(clock.instant());
  }

  private JsonNode event(JsonNode object, Severity severity, String reason, String message) {
    JsonNode metadata = object.path("metadata");
    String uid = metadata.path("uid").asText();
    String name = metadata.path("name").asText();
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    UUID told = UUID.nameUUIDFromBytes((uid + reason + message).getBytes(StandardCharsets.UTF_8));
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event
        .putObject("metadata")
        .put("name", name.substring(0, Math.min(name.length(), LONGEST_NAME)) + "." + told);
    event
        .putObject("involvedObject")
        .put("apiVersion", object.path("apiVersion").asText())
        .put("kind", object.path("kind").asText())
        .put("namespace", metadata.path("namespace").asText())
        .put("name", name)
        .put("uid", uid);
    event.put("type", severity.type()).put("reason", reason).put("message", message);
    event.put("firstTimestamp", now).put("lastTimestamp", now).put("count", 1);
    event.putObject("source").put("component", "lockstep");
    return event;
  }
}
