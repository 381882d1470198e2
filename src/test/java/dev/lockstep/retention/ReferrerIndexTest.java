package dev.lockstep.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferrerIndexTest {
  private static final String NAME = "app-config-v001";

  private final ReferrerIndex uses =
      new ReferrerIndex(Set.of(NAME, "app-secret-v000", "it-s")::contains);

  private void add(String json) {
    try {
      uses.add(new ObjectMapper().readTree(json.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'spec': {'template': {'spec': {'volumes': [{'configMap': {'name': 'app-config-v001'}}]}}}}",
        "{'data': {'spec': {'template': {'spec': {'x': [['app-config-v001']]}}}}}",
        "{'spec': {'nobody': {'knows': {'this': 'app-config-v001'}}}}",
        "{'metadata': {'annotations': {'mine': 'app-config-v001'}}}",
        "{'metadata': {'annotations': {'lockstep.dev/baseline': 'configmap/app-config=v001'}}}",
        "{'metadata': {'annotations': {'lockstep.dev/bindings': 'configmap/app-config=v001'}}}",
        "{'metadata': {'annotations': {'lockstep.dev/baseline':"
            + " 'configmap/a=v000,configmap/app-config=v001,secret/b=v002'}}}"
      })
  void aNameCountsWhereverItStands(String object) {
    add(object);
    assertThat(uses.has(NAME)).isTrue();
    assertThat(uses.has("app-secret-v000")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'app-config-v001': 'x'}",
        "{'args': ['--config=app-config-v001']}",
        "{'name': 'app-config-v0011'}",
        "{'name': 'app-config'}",
        "{'metadata': {'annotations': {'lockstep.dev/baseline': 'configmap/app-config=v000'}}}",
        "{'metadata': {'annotations': {'lockstep.dev/baseline': 'configmap/app-config'}}}"
      })
  void nothingElseDoes(String object) {
    add(object);
    assertThat(uses.has(NAME)).isFalse();
    assertThat(uses.of(NAME)).isEmpty();
  }

  @Test
  void eachUserIsToldOnceByKindAndName() {
    add("{'kind': 'Deployment', 'metadata': {'name': 'a'}, 'x': ['app-config-v001', 'x', 'it-s']}");
    add("{'kind': 'Pod', 'metadata': {'name': 'b'}, 'x': ['app-config-v001', 'app-config-v001']}");
    add("{'kind': 'Pod', 'metadata': {'name': 'c'}, 'x': ['app-secret-v000']}");

    assertThat(uses.of(NAME)).containsExactly("Deployment a", "Pod b");
    assertThat(uses.of("app-secret-v000")).containsExactly("Pod c");
  }
}
