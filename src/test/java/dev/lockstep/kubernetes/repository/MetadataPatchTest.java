package dev.lockstep.kubernetes.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One patch for labels, annotations and preconditions. */
class MetadataPatchTest {

  @Test
  void itSetsAndRemoves() {
    assertThat(
            new MetadataPatch()
                .labels(Map.of("a", Optional.of("1")))
                .annotation("b", Optional.empty())
                .toJson())
        .hasToString("{\"metadata\":{\"labels\":{\"a\":\"1\"},\"annotations\":{\"b\":null}}}");
  }

  @Test
  void itIsForTheObjectThatWasReadAlone() {
    assertThat(new MetadataPatch().ifUnchanged("u", "7").toJson())
        .hasToString("{\"metadata\":{\"uid\":\"u\",\"resourceVersion\":\"7\"}}");
  }
}
