package dev.lockstep.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JsonPatchBuilderTest {
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private static String set(String object, Map<String, Optional<String>> entries) throws Exception {
    return new JsonPatchBuilder(json(object))
        .setAll(ANNOTATIONS, new TreeMap<>(entries))
        .operations()
        .toString();
  }

  @Test
  void keysAreEscaped() throws Exception {
    assertThat(set("{\"metadata\":{\"annotations\":{}}}", Map.of("a/b~c", Optional.of("1"))))
        .isEqualTo("[{\"op\":\"add\",\"path\":\"/metadata/annotations/a~1b~0c\",\"value\":\"1\"}]");
  }

  @Test
  void aMapThatIsNotThereIsMade() throws Exception {
    String made = "[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"a\":\"1\"}}]";
    assertThat(set("{\"metadata\":{}}", Map.of("a", Optional.of("1")))).isEqualTo(made);
    assertThat(set("{\"metadata\":{\"annotations\":null}}", Map.of("a", Optional.of("1"))))
        .isEqualTo(made);
    assertThat(set("{}", Map.of("a", Optional.of("1"))))
        .isEqualTo("[{\"op\":\"add\",\"path\":\"/metadata\",\"value\":{}}," + made.substring(1));
  }

  @Test
  void whatIsRightAlreadyIsLeft() throws Exception {
    String object = "{\"metadata\":{\"annotations\":{\"a\":\"1\",\"other\":\"x\"}}}";
    assertThat(set(object, Map.of("a", Optional.of("1"), "b", Optional.empty()))).isEqualTo("[]");
    assertThat(set("{\"metadata\":{}}", Map.of("b", Optional.empty()))).isEqualTo("[]");
  }

  @Test
  void whatMustNotBeThereIsRemoved() throws Exception {
    assertThat(set("{\"metadata\":{\"annotations\":{\"a\":\"1\"}}}", Map.of("a", Optional.empty())))
        .isEqualTo("[{\"op\":\"remove\",\"path\":\"/metadata/annotations/a\"}]");
  }

  @Test
  void anEmptyValueThatIsWantedIsWritten() throws Exception {
    assertThat(set("{\"metadata\":{\"annotations\":{}}}", Map.of("a", Optional.of(""))))
        .isEqualTo("[{\"op\":\"add\",\"path\":\"/metadata/annotations/a\",\"value\":\"\"}]");
  }
}
