package dev.lockstep.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/**
 * The table of values in the chart's README is made from the comments in its {@code values.yaml}.
 * To make it anew: {@code mvn test -Dtest=ChartReadmeTest -Dlockstep.write=true}.
 */
class ChartReadmeTest {
  private static final Path README = Path.of("helm/lockstep/README.md");
  private static final Path VALUES = Path.of("helm/lockstep/values.yaml");
  private static final String BEGIN = "<!-- Made from values.yaml by ChartReadmeTest. -->\n";
  private static final String END = "<!-- The end of what is made. -->\n";
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z0-9]+):.*");
  private static final Pattern COMMENT = Pattern.compile(" *# ?(.*)");
  private static final Pattern ITEM = Pattern.compile("( *)- .*");
  private static final int INDENT = 2;

  private final List<String> rows = new ArrayList<>();

  @Test
  void theTableIsWhatTheValuesSay() throws IOException {
    String readme = Files.readString(README);
    int begin = readme.indexOf(BEGIN) + BEGIN.length();
    String made =
        readme.substring(0, begin) + "\n" + table() + "\n" + readme.substring(readme.indexOf(END));
    if (Boolean.getBoolean("lockstep.write")) {
      Files.writeString(README, made);
    }
    assertThat(Files.readString(README)).isEqualTo(made);
  }

  private String table() throws IOException {
    String text = Files.readString(VALUES);
    Map<String, Object> values = new Yaml().load(text);
    List<String> path = new ArrayList<>();
    StringBuilder comment = new StringBuilder();
    int listIndent = Integer.MAX_VALUE;
    for (String line : text.split("\n")) {
      Matcher key = KEY.matcher(line);
      Matcher said = COMMENT.matcher(line);
      Matcher item = ITEM.matcher(line);
      if (said.matches()) {
        comment.append(comment.isEmpty() ? "" : " ").append(said.group(1));
      } else if (item.matches()) {
        listIndent = item.group(1).length();
      } else if (key.matches() && key.group(1).length() < listIndent) {
        listIndent = Integer.MAX_VALUE;
        while (path.size() > key.group(1).length() / INDENT) {
          path.remove(path.size() - 1);
        }
        path.add(key.group(2));
        row(path, value(values, path), comment.toString());
        comment.setLength(0);
      } else if (line.isBlank()) {
        comment.setLength(0);
      }
    }
    return "| value | default | meaning |\n|---|---|---|\n" + String.join("", rows);
  }

  private void row(List<String> path, Object value, String comment) throws JsonProcessingException {
    boolean isGroup = value instanceof Map<?, ?> map && !map.isEmpty();
    if (isGroup && comment.isEmpty()) {
      return;
    }
    String told = isGroup || "".equals(value) ? "" : "`" + json(value) + "`";
    rows.add("| `" + String.join(".", path) + "` |" + cell(told) + cell(comment) + "\n");
  }

  private static String cell(String text) {
    return (text.isEmpty() ? "" : " " + text) + " |";
  }

  private static Object value(Map<String, Object> values, List<String> path) {
    Object value = values;
    for (String key : path) {
      assertThat(value).as("%s", path).isInstanceOf(Map.class);
      value = ((Map<?, ?>) value).get(key);
    }
    return value;
  }

  private static String json(Object value) throws JsonProcessingException {
    return value instanceof String text
        ? text
        : new ObjectMapper()
            .writeValueAsString(value)
            .replace("\"", "")
            .replace(",", ", ")
            .replace(":", ": ");
  }
}
