package dev.lockstep.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.binding.ReferenceField;
import dev.lockstep.binding.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kubectl plugin looks where the server looks. */
class PluginFieldsTest {
  private final String plugin = Files.readString(Path.of("plugin", "kubectl-lockstep"));

  PluginFieldsTest() throws IOException {}

  @Test
  void itKnowsEveryFieldThatNamesAConfigMapOrSecret() {
    for (ReferenceField field : ReferenceField.ALL) {
      String[] steps = field.path().split("\\.");
      String last = steps[steps.length - 1];
      assertThat(plugin)
          .as(field.path())
          .contains("range ." + steps[0].replace("[]", "") + " ")
          .contains(
              "{{- with .%s -}}{{\"R\\t%s/\"}}{{.%s}}{{\"\\n\"}}"
                  .formatted(last.replace("[]", ""), field.kind().singular(), field.nameField()));
      for (String step : Arrays.asList(steps).subList(1, steps.length - 1)) {
        assertThat(plugin)
            .as(field.path())
            .contains(
                step.endsWith("[]")
                    ? "range ." + step.replace("[]", "") + " "
                    : "with ." + step + " ");
      }
    }
  }

  @Test
  void itKnowsEveryKindOfWorkload() {
    List<String> kinds = List.of(assigned("workload_kinds").split(","));
    List<String> users = List.of(assigned("user_kinds").split(","));
    for (WorkloadKind kind : WorkloadKind.BUILT_IN) {
      boolean canMove = kind.change() == WorkloadKind.Change.MUTABLE;
      assertThat(canMove ? kinds : users).contains(kind.qualifiedResource());
    }
    assertThat(plugin).contains(WorkloadKind.ARGO_ROLLOUT.qualifiedResource());
  }

  private String assigned(String variable) {
    return plugin
        .lines()
        .filter(line -> line.startsWith(variable + "="))
        .map(line -> line.substring(variable.length() + 1))
        .findFirst()
        .orElseThrow();
  }
}
