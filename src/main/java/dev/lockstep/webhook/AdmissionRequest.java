package dev.lockstep.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.logging.LogContext;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The request of an AdmissionReview, {@code admission.k8s.io/v1}. Callers are not authenticated, so
 * nothing in it is believed that can be read back from the API server.
 *
 * @param name of the object; empty where the API server is still to generate it
 * @param fieldManager what the request's options name
 * @param object what is to be persisted; for a delete, what is
 * @param oldObject what is persisted, for an update
 */
public record AdmissionRequest(
    String uid,
    String group,
    String resource,
    Operation operation,
    String namespace,
    String name,
    boolean dryRun,
    String user,
    Optional<String> fieldManager,
    JsonNode object,
    Optional<JsonNode> oldObject) {

  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,62}");

  public enum Operation {
    CREATE,
    UPDATE,
    DELETE;

    /** As labels of metrics have it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param answered by the webhook that it was sent to
   * @throws MalformedReviewException if it is no review that the webhook can answer
   */
  static AdmissionRequest of(JsonNode review, Set<Operation> answered) {
    require("admission.k8s.io/v1".equals(text(review, "apiVersion")), "apiVersion");
    require("AdmissionReview".equals(text(review, "kind")), "kind");
    JsonNode request = review.path("request");
    String uid = text(request, "uid");
    require(!uid.isEmpty(), "request.uid");
    JsonNode resource = request.path("resource");
    require(KIND.matcher(text(resource, "resource")).matches(), "request.resource.resource");
    Operation operation = operation(text(request, "operation"), answered);
    JsonNode oldObject = request.path("oldObject");
    require(oldObject.isObject() == (operation != Operation.CREATE), "request.oldObject");
    JsonNode object = operation == Operation.DELETE ? oldObject : request.path("object");
    require(object.isObject(), "request.object");
    String namespace = text(request, "namespace");
    require(ObjectNames.isNamespace(namespace), "request.namespace");
    String name = text(object.path("metadata"), "name");
    require(name.isEmpty() || ObjectNames.isObjectName(name), "request.object.metadata.name");
    return new AdmissionRequest(
        uid,
        text(resource, "group"),
        text(resource, "resource"),
        operation,
        namespace,
        name,
        request.path("dryRun").asBoolean(false),
        text(request.path("userInfo"), "username"),
        Optional.of(text(request.path("options"), "fieldManager")).filter(m -> !m.isEmpty()),
        object,
        operation == Operation.UPDATE ? Optional.of(oldObject) : Optional.empty());
  }

  /** For people; holds nothing that was not checked: {@code configmaps shop/app-config}. */
  public String subject() {
    return kind() + " " + namespace + "/" + name;
  }

  /** For what is logged while it is answered. */
  public LogContext about() {
    return LogContext.object(kind(), namespace, name).user(user);
  }

  private String kind() {
    String kind = object.path("kind").asText();
    return KIND.matcher(kind).matches() ? kind : resource;
  }

  private static Operation operation(String text, Set<Operation> answered) {
    for (Operation operation : answered) {
      if (operation.name().equals(text)) {
        return operation;
      }
    }
    throw new MalformedReviewException("request.operation is not one of " + answered);
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  private static void require(boolean condition, String field) {
    if (!condition) {
      throw new MalformedReviewException(field + " is missing or not what it should be");
    }
  }
}
