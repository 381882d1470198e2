package dev.lockstep.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The chart's schema knows its values, all of them and no others. Helm itself applies it. */
class ChartSchemaTest {
  /** Helm gives these to a chart that another one has as a dependency. */
  private static final List<String> OF_HELM = List.of("global", "enabled");

  private final JsonNode schema = schema();

  private static JsonNode schema() {
    try {
      return new ObjectMapper()
          .readTree(Files.readString(Path.of("helm/lockstep/values.schema.json")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyValueIsInTheSchemaAndEveryPropertyHasADefault() throws IOException {
    Map<String, Object> values =
        new Yaml().load(Files.readString(Path.of("helm/lockstep/values.yaml")));
    List<String> differences = new ArrayList<>();
    compare("", schema, values, differences);
    differences.removeIf(difference -> OF_HELM.contains(difference.split(" ")[0]));
    assertThat(differences).isEmpty();
  }

  private void compare(
      String prefix, JsonNode here, Map<String, Object> values, List<String> differences) {
    values.forEach(
        (key, value) -> {
          JsonNode property = resolved(here.path("properties").path(key));
          if (property.isMissingNode()) {
            differences.add(prefix + key + " is not in the schema");
          } else if (property.has("properties") && value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked") // YAML's keys here are strings.
            Map<String, Object> inner = (Map<String, Object>) map;
            if (!inner.isEmpty()) {
              compare(prefix + key + ".", property, inner, differences);
            }
          }
        });
    here.path("properties")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!values.containsKey(name) && !isOfTheApi(prefix)) {
                differences.add(prefix + name + " has no default");
              }
            });
  }

  /** Requests, limits and claims are the API's words, not ours. */
  private static boolean isOfTheApi(String prefix) {
    return prefix.equals("resources.");
  }

  private JsonNode resolved(JsonNode property) {
    return property.has("$ref") ? schema.at(property.path("$ref").asText().substring(1)) : property;
  }

  @Test
  void noObjectOfOursHasRoomForTypingErrors() {
    List<String> open = new ArrayList<>();
    collectOpen("", schema, open);
    assertThat(open).isEmpty();
  }

  private static void collectOpen(String path, JsonNode node, List<String> open) {
    if (node.has("properties")
        && node.path("properties").isObject()
        && node.path("type").asText().equals("object")
        && node.path("additionalProperties").asBoolean(true)) {
      open.add(path);
    }
    node.properties()
        .forEach(entry -> collectOpen(path + "/" + entry.getKey(), entry.getValue(), open));
  }
}
