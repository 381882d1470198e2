package dev.lockstep.model;

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
    LayeredSetting.Level object =
        new LayeredSetting.Level("ConfigMap", "a", Map.of("spinnaker", "two"));
    LayeredSetting.Level namespace =
        new LayeredSetting.Level("Namespace", "shop", Map.of("ours", "one"));
    List<String> keys = List.of("ours", "spinnaker");
    assertThat(LayeredSetting.of(List.of(object, namespace), keys, known, 0).value()).isEqualTo(2);
    assertThat(LayeredSetting.of(List.of(namespace), keys, known, 0).value()).isEqualTo(1);
    assertThat(LayeredSetting.of(List.of(), keys, known, 0).value()).isZero();
  }

  @Test
  void anUnknownValueIsToldAndTheNextLevelCounts() {
    LayeredSetting.Level object =
        new LayeredSetting.Level("ConfigMap", "a", Map.of("ours", "three"));
    LayeredSetting.Level namespace =
        new LayeredSetting.Level("Namespace", "shop", Map.of("ours", "one"));
    LayeredSetting<Integer> choice =
        LayeredSetting.of(List.of(object, namespace), List.of("ours"), Map.of("one", 1), 0);
    assertThat(choice.value()).isEqualTo(1);
    assertThat(choice.warnings())
        .containsExactly("lockstep: ConfigMap a: ours has an unknown value; use one");
  }
}
