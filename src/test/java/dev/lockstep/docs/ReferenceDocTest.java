package dev.lockstep.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.app.LockstepConfig;
import dev.lockstep.binding.ReferenceField;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Labels;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** Holds the tables of {@code docs/reference.md} against the code's. */
class ReferenceDocTest {
  private static final Pattern FIRST_CELL = Pattern.compile("\\| `([^`]+)` \\|");

  private final String page = read("docs/reference.md");

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Rows of the tables under a heading. */
  private List<String> rows(String heading) {
    int start = page.indexOf("\n## " + heading + "\n");
    assertThat(start).as("heading %s", heading).isNotNegative();
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end)
        .lines()
        .filter(line -> FIRST_CELL.matcher(line).lookingAt())
        .toList();
  }

  private static String key(String row) {
    Matcher matcher = FIRST_CELL.matcher(row);
    assertThat(matcher.lookingAt()).isTrue();
    return matcher.group(1);
  }

  private List<String> keys(String... headings) {
    return Stream.of(headings).flatMap(h -> rows(h).stream()).map(ReferenceDocTest::key).toList();
  }

  private static List<Field> labelsAndAnnotations() {
    return Stream.of(Labels.class, Annotations.class)
        .flatMap(type -> Stream.of(type.getDeclaredFields()))
        .toList();
  }

  @Test
  void everyLabelAndAnnotation() throws IllegalAccessException {
    List<String> keys = new ArrayList<>();
    for (Field field : labelsAndAnnotations()) {
      if (Modifier.isPublic(field.getModifiers()) && field.get(null).toString().contains("/")) {
        keys.add(field.get(null).toString());
      }
    }
    assertThat(keys("Labels", "Annotations")).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void everyField() {
    assertThat(rows("References").stream().map(row -> row.replaceAll("\\| [^|]*\\|$", "|")))
        .containsExactlyInAnyOrderElementsOf(
            ReferenceField.ALL.stream()
                .map(f -> "| `" + f.path() + "." + f.nameField() + "` | " + f.kind().kind() + " |")
                .toList());
  }

  @Test
  void everyKindOfWorkload() {
    assertThat(rows("Workloads"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(WorkloadKind.BUILT_IN.stream(), Stream.of(WorkloadKind.ARGO_ROLLOUT))
                .map(ReferenceDocTest::row)
                .toList());
  }

  private static String row(WorkloadKind kind) {
    String template =
        kind.template().matches() ? "the Pod itself" : "`" + kind.template().toString() + "`";
    String revisions =
        kind.revisions().map(r -> " `" + r.resource() + "." + r.group() + "` |").orElse(" |");
    return "| `" + kind.qualifiedResource() + "` | " + template + " |" + revisions;
  }

  @Test
  void everySetting() {
    List<String> settings = new ArrayList<>();
    collect(LockstepConfig.class, "lockstep", settings);
    assertThat(
            rows("Settings").stream()
                .filter(row -> key(row).startsWith("lockstep."))
                .map(row -> row.split(" \\| "))
                .map(cells -> key(cells[0] + " |") + " " + cells[1] + " " + defaultOf(cells[2])))
        .containsExactlyInAnyOrderElementsOf(settings);
  }

  /** What stands in backticks is the default; words tell what happens without one. */
  private static String defaultOf(String cell) {
    return cell.startsWith("`") ? cell : "";
  }

  private static void collect(Class<?> mapping, String prefix, List<String> settings) {
    for (Method method : mapping.getMethods()) {
      String property = prefix + "." + StringUtil.skewer(method.getName());
      Class<?> type = method.getReturnType();
      if (method.getGenericReturnType() instanceof ParameterizedType optional
          && optional.getActualTypeArguments()[0] instanceof ParameterizedType list
          && list.getActualTypeArguments()[0] instanceof Class<?> items
          && items.isInterface()) {
        collect(items, property + "[]", settings);
      } else if (type.isInterface() && type.getEnclosingClass() == LockstepConfig.class) {
        collect(type, property, settings);
      } else {
        WithDefault value = method.getAnnotation(WithDefault.class);
        settings.add(
            property
                + " `"
                + property.replace("[]", "[0]").replaceAll("[^a-z0-9]", "_").toUpperCase()
                + "` "
                + (value == null ? "" : "`" + value.value() + "`"));
      }
    }
  }

  @Test
  void everyValueOfTheChart() {
    List<String> values = new ArrayList<>();
    flatten("", new Yaml().load(read("helm/lockstep/values.yaml")), values);
    assertThat(keys("Chart")).containsExactlyInAnyOrderElementsOf(values);
  }

  private static void flatten(String prefix, Map<String, Object> map, List<String> values) {
    map.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> nested && !nested.isEmpty()) {
            @SuppressWarnings("unchecked") // YAML's keys here are strings.
            Map<String, Object> inner = (Map<String, Object>) nested;
            flatten(prefix + key + ".", inner, values);
          } else {
            values.add(prefix + key);
          }
        });
  }
}
