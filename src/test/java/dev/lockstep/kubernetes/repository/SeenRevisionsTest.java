package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class SeenRevisionsTest {
  private final SeenRevisions seen = new SeenRevisions();

  private static ObjectNode at(String resourceVersion) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.putObject("metadata").put("resourceVersion", resourceVersion);
    return object;
  }

  @Test
  void whatHasBeenReadIsCoveredAndWhatIsMadeUpIsNot() {
    assertThat(seen.covers("1")).isFalse();
    assertThat(seen.noted(at("1200"))).isEqualTo(at("1200"));
    seen.noted(at("17"));
    assertThat(seen.covers("1200")).isTrue();
    assertThat(seen.covers("1201")).isFalse();
    assertThat(seen.covers("999999999999")).isFalse();
    assertThat(seen.covers("99999999999999999999")).isFalse();
    assertThat(seen.covers("x")).isFalse();
  }
}
