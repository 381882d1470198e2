package dev.lockstep.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/**
 * One verb on one resource.
 *
 * @param where a namespace; {@value #ANYWHERE} for a right in the whole cluster
 * @param name of the only object that it is for; empty where it is for all
 */
record Right(String where, String verb, String group, String resource, String name) {
  static final String ANYWHERE = "*";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Those that the Roles and the ClusterRole of a chart give, one by one. */
  static Set<Right> given(String manifests) {
    Set<Right> rights = new TreeSet<>(Comparator.comparing(Right::toString));
    StreamSupport.stream(new Yaml().loadAll(manifests).spliterator(), false)
        .filter(Map.class::isInstance)
        .<JsonNode>map(JSON::valueToTree)
        .filter(object -> object.path("kind").asText().endsWith("Role"))
        .forEach(
            role ->
                role.path("rules")
                    .forEach(
                        rule ->
                            rights.addAll(
                                of(role.at("/metadata/namespace").asText(ANYWHERE), rule))));
    return rights;
  }

  private static List<Right> of(String where, JsonNode rule) {
    return texts(rule, "apiGroups").stream()
        .flatMap(
            group ->
                texts(rule, "resources").stream()
                    .flatMap(
                        resource ->
                            texts(rule, "verbs").stream()
                                .flatMap(
                                    verb ->
                                        (rule.has("resourceNames")
                                                ? texts(rule, "resourceNames")
                                                : List.of(""))
                                            .stream()
                                                .map(
                                                    name ->
                                                        new Right(
                                                            where, verb, group, resource, name)))))
        .toList();
  }

  private static List<String> texts(JsonNode rule, String field) {
    return StreamSupport.stream(rule.path(field).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** Whether this right is what that request needed. */
  boolean allows(Call call) {
    return (where.equals(ANYWHERE) || where.equals(call.namespace))
        && verb.equals(call.verb)
        && group.equals(call.group)
        && resource.equals(call.resource)
        && (name.isEmpty() || name.equals(call.name));
  }

  /** A request that the API server wrote down. */
  record Call(
      String namespace, String verb, String group, String resource, String name, boolean refused) {

    /**
     * Those of an audit log; what is asked about no resource (versions, health) is not among them.
     */
    static List<Call> in(String auditLog) {
      return auditLog
          .lines()
          .map(Call::read)
          .filter(event -> event.has("objectRef"))
          .map(Call::of)
          .collect(Collectors.toList());
    }

    private static JsonNode read(String line) {
      try {
        return JSON.readTree(line);
      } catch (JsonProcessingException e) {
        throw new AssertionError(line, e);
      }
    }

    private static Call of(JsonNode event) {
      JsonNode object = event.path("objectRef");
      String part = object.path("subresource").asText("");
      return new Call(
          object.path("namespace").asText(""),
          event.path("verb").asText(),
          object.path("apiGroup").asText(""),
          object.path("resource").asText() + (part.isEmpty() ? "" : "/" + part),
          object.path("name").asText(""),
          event.at("/annotations/authorization.k8s.io~1decision").asText().equals("forbid"));
    }
  }
}
