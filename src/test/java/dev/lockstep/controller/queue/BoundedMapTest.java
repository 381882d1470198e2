package dev.lockstep.controller.queue;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BoundedMapTest {
  private final BoundedMap<String, Integer> map = new BoundedMap<>(2);

  @Test
  void whatWasNotUsedForTheLongestTimeIsForgotten() {
    assertThat(map.put("a", 1)).isEmpty();
    map.put("b", 2);
    assertThat(map.get("a")).contains(1);
    map.put("c", 3);
    assertThat(map.get("b")).isEmpty();
    assertThat(map.get("a")).contains(1);
    assertThat(map.get("c")).contains(3);
  }

  @Test
  void anotherValueTakesNoOtherPlace() {
    map.put("a", 1);
    map.put("b", 2);
    assertThat(map.put("a", 3)).contains(1);
    assertThat(map.get("b")).contains(2);
  }

  @Test
  void whatIsRemovedIsGone() {
    map.put("a", 1);
    map.remove("a");
    assertThat(map.get("a")).isEmpty();
  }
}
