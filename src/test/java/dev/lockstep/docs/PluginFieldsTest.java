package dev.lockstep.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.ReferenceField;
import dev.lockstep.binding.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The kubectl plugin looks where the server looks: its table is made from the server's. {@code mvn
 * test -Dtest=PluginFieldsTest -Dlockstep.write=true} makes it anew.
 */
class PluginFieldsTest {
  private static final Path TABLE = Path.of("plugin/internal/rules/fields.json");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The server calls the kinds of others by their resource; people and the API don't. */
  private static final Map<String, String> KINDS = Map.of("rollouts", "Rollout");

  @Test
  void thePluginHasTheTablesOfTheServer() throws IOException {
    String table =
        """
        {
          "references": [
        %s
          ],
          "workloads": [
        %s
          ],
          "custom": [
        %s
          ]
        }
        """
            .formatted(
                lines(ReferenceField.ALL.stream().map(PluginFieldsTest::field).toList()),
                lines(WorkloadKind.BUILT_IN.stream().map(PluginFieldsTest::kind).toList()),
                lines(List.of(kind(WorkloadKind.ARGO_ROLLOUT))));
    if (Boolean.getBoolean("lockstep.write")) {
      Files.writeString(TABLE, table);
    }
    assertThat(Files.readString(TABLE)).isEqualTo(table);
  }

  private static String lines(List<JsonNode> objects) {
    return objects.stream().map(object -> "    " + object).collect(Collectors.joining(",\n"));
  }

  private static JsonNode field(ReferenceField field) {
    return JSON.createObjectNode()
        .put("kind", field.kind().kind())
        .put("path", field.path())
        .put("name", field.nameField())
        .put("keys", field.keys().name());
  }

  private static JsonNode kind(WorkloadKind kind) {
    ObjectNode object =
        JSON.createObjectNode()
            .put("group", kind.group())
            .put("version", kind.version())
            .put("resource", kind.resource())
            .put("kind", KINDS.getOrDefault(kind.kind(), kind.kind()))
            .put("template", kind.template().toString())
            .put("mutable", kind.change() == WorkloadKind.Change.MUTABLE);
    kind.revisions()
        .ifPresent(
            revisions ->
                object
                    .putObject("revisions")
                    .put("group", revisions.group())
                    .put("version", revisions.version())
                    .put("resource", revisions.resource())
                    .put("template", revisions.template().toString()));
    return object;
  }

  /** What it does not know of, it can't show. */
  @Test
  void itKnowsTheLabelsAndAnnotationsThatItReads() throws IOException {
    String keys = Files.readString(Path.of("plugin/internal/rules/keys.go"));
    String reference = Files.readString(Path.of("docs/reference.md"));
    List<String> own =
        keys.lines()
            .filter(line -> line.contains("\"lockstep.dev/"))
            .map(line -> line.replaceAll(".*\"(lockstep\\.dev/[a-z-]+)\".*", "$1"))
            // Of the next edition of the rules; older servers don't write it.
            .filter(key -> !key.equals("lockstep.dev/stepped-back"))
            .toList();
    assertThat(own).hasSizeGreaterThan(10);
    assertThat(own).allSatisfy(key -> assertThat(reference).contains("`" + key + "`"));
  }
}
