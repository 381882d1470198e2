package dev.lockstep.binding;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceTest {

  private static List<String> find(String template) throws Exception {
    JsonNode json = new ObjectMapper().readTree(template);
    return Reference.in(json).stream()
        .map(r -> r.place() + " " + r.named() + (r.optional() ? "?" : "") + r.keys())
        .toList();
  }

  @Test
  void findsEveryFieldOfATemplate() throws Exception {
    assertThat(
            find(
                """
                {"spec": {
                  "containers": [
                    {"name": "plain"},
                    {"env": [
                       {"name": "A", "value": "1"},
                       {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "c1", "key": "k"}}},
                       {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k", "optional": true}}},
                       {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
                     "envFrom": [{"configMapRef": {"name": "c2"}}, {"secretRef": {"name": "s2"}}]}],
                  "initContainers": [{"envFrom": [{"configMapRef": {"name": "c3"}}]}],
                  "imagePullSecrets": [{"name": "pull"}],
                  "volumes": [
                    {"emptyDir": {}},
                    {"configMap": {"name": "c4", "items": [{"key": "x", "path": "x"}]}},
                    {"secret": {"secretName": "s4", "optional": true}},
                    {"projected": {"sources": [{"configMap": {"name": "c5"}}, {"secret": {"name": "s5"}}, {"downwardAPI": {}}]}},
                    {"csi": {"driver": "d", "nodePublishSecretRef": {"name": "s6"}}},
                    {"flexVolume": {"driver": "d", "secretRef": {"name": "s7"}}}]}}
                """))
        .containsExactlyInAnyOrder(
            "/spec/containers/1/env/1/valueFrom/configMapKeyRef/name configmap/c1[k]",
            "/spec/containers/1/env/2/valueFrom/secretKeyRef/name secret/s1?[k]",
            "/spec/containers/1/envFrom/0/configMapRef/name configmap/c2[]",
            "/spec/containers/1/envFrom/1/secretRef/name secret/s2[]",
            "/spec/initContainers/0/envFrom/0/configMapRef/name configmap/c3[]",
            "/spec/volumes/1/configMap/name configmap/c4[x]",
            "/spec/volumes/2/secret/secretName secret/s4?[]",
            "/spec/volumes/3/projected/sources/0/configMap/name configmap/c5[]",
            "/spec/volumes/3/projected/sources/1/secret/name secret/s5[]",
            "/spec/volumes/4/csi/nodePublishSecretRef/name secret/s6[]",
            "/spec/volumes/5/flexVolume/secretRef/name secret/s7[]");
  }

  @Test
  void findsNothingWhereThingsAreNotWhatTheyShouldBe() throws Exception {
    assertThat(find("{}")).isEmpty();
    assertThat(find("[]")).isEmpty();
    assertThat(find("{\"spec\": null}")).isEmpty();
    assertThat(find("{\"spec\": {\"containers\": {\"env\": 1}, \"volumes\": \"x\"}}")).isEmpty();
    assertThat(find("{\"spec\": {\"volumes\": [{\"configMap\": {\"name\": 7}}, null]}}")).isEmpty();
  }
}
