package dev.lockstep.kubernetes.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Paths of the API. Names in them were checked to be names before they got here. */
public final class ApiPaths {
  private static final String FIELD_MANAGER = "fieldManager=lockstep";
  private static final String DRY_RUN = "dryRun=All";

  private ApiPaths() {}

  public static String of(ObjectKey id) {
    return all(id) + "/" + id.name();
  }

  public static String namespace(String name) {
    return "/api/v1/namespaces/" + name;
  }

  /** All objects of this one's kind and namespace. */
  public static String all(ObjectKey id) {
    return all("", "v1", id.namespace(), id.kind().resource());
  }

  public static String all(String group, String version, String namespace, String resource) {
    return root(group, version) + "/namespaces/" + namespace + "/" + resource;
  }

  /** All heads, or all versions, of a kind and namespace. */
  public static String ofRole(HeadKind kind, String namespace, String role) {
    return all("", "v1", namespace, kind.resource()) + labelled(Labels.ROLE + "=" + role);
  }

  /** What a path is about: {@code configmaps}; what is in no namespace by its first name. */
  public static String resource(String path) {
    String[] parts = path.split("\\?", 2)[0].split("/");
    for (int i = 1; i + 2 < parts.length; i++) {
      if (parts[i].equals("namespaces")) {
        return parts[i + 2];
      }
    }
    int place = parts[1].equals("apis") ? 4 : 3;
    return parts.length > place ? parts[place] : parts[1];
  }

  /** All heads, or all versions, of a kind in the whole cluster. */
  public static String everywhere(HeadKind kind, String role) {
    return everywhere("", "v1", kind.resource()) + labelled(Labels.ROLE + "=" + role);
  }

  /** All objects of a resource in the whole cluster. */
  public static String everywhere(String group, String version, String resource) {
    return root(group, version) + "/" + resource;
  }

  private static String root(String group, String version) {
    return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
  }

  /** The query of a request that writes. */
  public static String write(boolean dryRun) {
    return "?" + FIELD_MANAGER + (dryRun ? "&" + DRY_RUN : "");
  }

  /** The query of a list of what has these labels. */
  public static String labelled(String selector) {
    return "?labelSelector=" + URLEncoder.encode(selector, StandardCharsets.UTF_8);
  }

  /** More of the query of a list: the API server may answer from its cache, as of then or later. */
  public static String notOlderThan(String resourceVersion) {
    return "&resourceVersionMatch=NotOlderThan&resourceVersion="
        + URLEncoder.encode(resourceVersion, StandardCharsets.UTF_8);
  }

  /** A metav1.LabelSelector as the query parameter's text. */
  public static String selector(JsonNode labelSelector) {
    List<String> terms = new ArrayList<>();
    for (var label : KubernetesJson.entries(labelSelector.path("matchLabels"))) {
      terms.add(label.getKey() + "=" + label.getValue().asText());
    }
    for (JsonNode expression : labelSelector.path("matchExpressions")) {
      terms.add(term(expression));
    }
    return String.join(",", terms);
  }

  private static String term(JsonNode expression) {
    String key = expression.path("key").asText();
    String values =
        StreamSupport.stream(expression.path("values").spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(",", "(", ")"));
    return switch (expression.path("operator").asText()) {
      case "In" -> key + " in " + values;
      case "NotIn" -> key + " notin " + values;
      case "DoesNotExist" -> "!" + key;
      default -> key;
    };
  }
}
