package dev.lockstep.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** What a ValidatingAdmissionPolicy looks at. */
record PolicyRule(List<String> groups, List<String> resources, List<String> operations) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> OPERATIONS =
      Map.of("create", "CREATE", "patch", "UPDATE", "update", "UPDATE", "delete", "DELETE");

  /** Those of the policies of a chart whose names begin so. */
  static List<PolicyRule> of(String manifests, String prefix) {
    List<PolicyRule> rules = new ArrayList<>();
    StreamSupport.stream(new Yaml().loadAll(manifests).spliterator(), false)
        .filter(Map.class::isInstance)
        .<JsonNode>map(JSON::valueToTree)
        .filter(object -> object.path("kind").asText().equals("ValidatingAdmissionPolicy"))
        .filter(object -> object.at("/metadata/name").asText().startsWith(prefix))
        .forEach(
            policy ->
                policy
                    .at("/spec/matchConstraints/resourceRules")
                    .forEach(
                        rule ->
                            rules.add(
                                new PolicyRule(
                                    texts(rule, "apiGroups"),
                                    texts(rule, "resources"),
                                    texts(rule, "operations")))));
    return rules;
  }

  private static List<String> texts(JsonNode rule, String field) {
    return StreamSupport.stream(rule.path(field).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  boolean covers(Right right) {
    return groups.contains(right.group())
        && resources.contains(right.resource())
        && operations.contains(OPERATIONS.get(right.verb()));
  }
}
