package dev.lockstep.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarningsTest {

  @Test
  void aLongNameIsShortenedInTheMiddle() {
    String warning = Warnings.warning("ConfigMap", "a".repeat(100) + "-end", "is gone", "make it");
    assertThat(warning)
        .hasSize(Warnings.MAX_LENGTH)
        .startsWith("lockstep: ConfigMap aaaa")
        .contains("...")
        .endsWith("-end: is gone; make it");
  }

  @Test
  void whatCountsIsTheObjectThenTheNamespaceThenTheDefault() {
    Map<String, Integer> known = Map.of("one", 1, "two", 2);
    Choice.Level object = new Choice.Level("ConfigMap", "a", Map.of("spinnaker", "two"));
    Choice.Level namespace = new Choice.Level("Namespace", "shop", Map.of("ours", "one"));
    List<String> keys = List.of("ours", "spinnaker");
    assertThat(Choice.of(List.of(object, namespace), keys, known, 0).value()).isEqualTo(2);
    assertThat(Choice.of(List.of(namespace), keys, known, 0).value()).isEqualTo(1);
    assertThat(Choice.of(List.of(), keys, known, 0).value()).isZero();
  }

  @Test
  void anUnknownValueIsToldAndTheNextLevelCounts() {
    Choice.Level object = new Choice.Level("ConfigMap", "a", Map.of("ours", "three"));
    Choice.Level namespace = new Choice.Level("Namespace", "shop", Map.of("ours", "one"));
    Choice<Integer> choice =
        Choice.of(List.of(object, namespace), List.of("ours"), Map.of("one", 1), 0);
    assertThat(choice.value()).isEqualTo(1);
    assertThat(choice.warnings())
        .containsExactly("lockstep: ConfigMap a: ours has an unknown value; use one");
  }
}
