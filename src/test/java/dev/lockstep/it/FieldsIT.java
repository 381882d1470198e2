package dev.lockstep.it;

import static dev.lockstep.it.Manifests.configMap;
import static dev.lockstep.it.Manifests.secret;
import static dev.lockstep.it.Manifests.workload;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.ReferenceField;
import dev.lockstep.model.HeadKind;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of a Deployment that can name a ConfigMap or Secret. */
@OnRealCluster
class FieldsIT {
  private static final String HEAD = "settings";

  /** Only pods that run have them. */
  private static final String EPHEMERAL = "ephemeralContainers";

  /** Fields around a container's reference, which has the place of {@code %s}. */
  private static final Map<String, String> IN_CONTAINERS =
      Map.of(
          "env[].valueFrom.configMapKeyRef",
          "env: [{name: FOO, valueFrom: {configMapKeyRef: {key: FOO, %s}}}]",
          "env[].valueFrom.secretKeyRef",
          "env: [{name: FOO, valueFrom: {secretKeyRef: {key: FOO, %s}}}]",
          "envFrom[].configMapRef",
          "envFrom: [{prefix: CONFIG_, configMapRef: {%s}}]",
          "envFrom[].secretRef",
          "envFrom: [{prefix: SECRET_, secretRef: {%s}}]");

  /** Fields around a volume's reference. */
  private static final Map<String, String> IN_VOLUMES =
      Map.of(
          "configMap",
          "configMap: {defaultMode: 256, items: [{key: FOO, path: foo, mode: 288}], %s}",
          "secret",
          "secret: {defaultMode: 256, items: [{key: FOO, path: foo}], %s}",
          "projected.sources[].configMap",
          "projected: {sources: [{configMap: {items: [{key: FOO, path: foo}], %s}}]}",
          "projected.sources[].secret",
          "projected: {sources: [{secret: {items: [{key: FOO, path: foo}], %s}}]}",
          "csi.nodePublishSecretRef",
          "csi: {driver: csi.example.com, readOnly: true, nodePublishSecretRef: {%s}}",
          "flexVolume.secretRef",
          "flexVolume: {driver: example.com/flex, options: {a: b}, secretRef: {%s}}");

  /** A field and the pod spec of a developer who uses it. */
  private record Place(ReferenceField field, String template) {

    boolean isConfigMap() {
      return field.kind() == HeadKind.CONFIG_MAP;
    }

    /** Neither kind of local reference says whether pods start without it. */
    boolean canBeOptional() {
      return !field.path().contains("csi.") && !field.path().contains("flexVolume.");
    }

    String head(String value) {
      return isConfigMap() ? configMap(HEAD, "FOO", value) : secret(HEAD, "FOO", value);
    }

    String deployment(String more) {
      String podSpec = template.formatted(field.nameField() + ": " + HEAD + more);
      return workload("Deployment", "app", podSpec);
    }

    String binding(String version) {
      return field.kind().singular() + "/" + HEAD + "=" + version;
    }

    /** Where the name is in a Deployment. */
    JsonPointer pointer() {
      return JsonPointer.compile(
          "/spec/template/spec/"
              + field.path().replace("[]", "/0").replace('.', '/')
              + "/"
              + field.nameField());
    }

    String nameIn(JsonNode deployment) {
      return deployment.at(pointer()).asText();
    }

    /** The pod template as it was before its reference was bound. */
    JsonNode unboundTemplate(JsonNode deployment) {
      JsonNode copy = deployment.deepCopy();
      ((ObjectNode) copy.at(pointer().head())).put(field.nameField(), HEAD);
      ObjectNode metadata = (ObjectNode) copy.at("/spec/template/metadata");
      if (metadata.path("annotations") instanceof ObjectNode annotations) {
        annotations.remove(Traces.BINDINGS);
        if (annotations.isEmpty()) {
          metadata.remove("annotations");
        }
      }
      return copy.at("/spec/template");
    }

    @Override
    public String toString() {
      return field.path();
    }
  }

  private static Stream<Place> places() {
    return ReferenceField.ALL.stream()
        .filter(field -> !field.path().startsWith(EPHEMERAL))
        .map(field -> new Place(field, podSpecs().get(field.path())));
  }

  private static Stream<Place> placesThatCanBeOptional() {
    return places().filter(Place::canBeOptional);
  }

  private static Map<String, String> podSpecs() {
    Map<String, String> all = new TreeMap<>();
    IN_CONTAINERS.forEach(
        (path, yaml) -> {
          all.put(
              "containers[]." + path,
              """
              containers:
                - name: app
                  image: app:1
                  %s
              """
                  .formatted(yaml));
          all.put(
              "initContainers[]." + path,
              """
              initContainers:
                - name: before
                  image: before:1
                  %s
              containers:
                - name: app
                  image: app:1
              """
                  .formatted(yaml));
        });
    IN_VOLUMES.forEach(
        (path, yaml) ->
            all.put(
                "volumes[]." + path,
                """
                volumes:
                  - name: files
                    %s
                containers:
                  - name: app
                    image: app:1
                """
                    .formatted(yaml)));
    return all;
  }

  @Test
  void everyFieldOfTheTableIsTested() {
    Set<String> table =
        ReferenceField.ALL.stream()
            .map(ReferenceField::path)
            .filter(path -> !path.startsWith(EPHEMERAL))
            .collect(Collectors.toSet());

    assertThat(podSpecs().keySet()).isEqualTo(table);
  }

  @ParameterizedTest
  @MethodSource("places")
  void aReferenceFollowsItsHeadForwardAndBack(Place place, Shop shop) {
    shop.apply(place.head("bar") + place.deployment(""));
    JsonNode first = Rollouts.recorded(shop, "app");
    assertThat(place.nameIn(first)).isEqualTo("settings-v000");
    assertThat(Traces.bindings(first)).isEqualTo(place.binding("v000"));

    shop.apply(place.head("baz") + place.deployment(""));
    JsonNode second = Rollouts.recorded(shop, "app");
    assertThat(place.nameIn(second)).isEqualTo("settings-v001");
    assertThat(Traces.bindings(second)).isEqualTo(place.binding("v001"));

    JsonNode undone = Rollouts.undo(shop, "app");
    assertThat(place.nameIn(undone)).isEqualTo("settings-v000");
    assertThat(Traces.bindings(undone)).isEqualTo(place.binding("v000"));
  }

  @ParameterizedTest
  @MethodSource("places")
  void nothingElseInTheTemplateIsTouched(Place place, Shop shop) {
    Shop elsewhere = Shop.closed(shop.cluster());
    elsewhere.apply(place.head("bar") + place.deployment(""));
    JsonNode plain = elsewhere.get("deployment/app").at("/spec/template");

    shop.apply(place.head("bar") + place.deployment(""));
    assertThat(place.unboundTemplate(shop.get("deployment/app"))).isEqualTo(plain);

    shop.apply(place.head("baz") + place.deployment(""));
    assertThat(place.unboundTemplate(shop.get("deployment/app"))).isEqualTo(plain);
  }

  @ParameterizedTest
  @MethodSource("placesThatCanBeOptional")
  void anOptionalReferenceIsBoundWhereItsHeadIsThere(Place place, Shop shop) {
    shop.apply(place.head("bar") + place.deployment(", optional: true"));

    JsonNode deployment = shop.get("deployment/app");
    assertThat(place.nameIn(deployment)).isEqualTo("settings-v000");
    assertThat(Traces.bindings(deployment)).isEqualTo(place.binding("v000"));
    assertThat(deployment.at(place.pointer().head()).path("optional").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("placesThatCanBeOptional")
  void anOptionalReferenceToNothingStaysBareWithoutAWarning(Place place, Shop shop) {
    Result applied = shop.apply(place.deployment(", optional: true"));

    assertThat(applied.err()).doesNotContain("lockstep");
    JsonNode deployment = shop.get("deployment/app");
    assertThat(place.nameIn(deployment)).isEqualTo("settings");
    assertThat(Traces.bindings(deployment)).isEmpty();
    assertThat(Traces.on(deployment)).isEmpty();
  }

  @Test
  void namesThatAreNoReferencesToVersionsStay(Shop shop) {
    shop.kubectl("create", "serviceaccount", HEAD);
    shop.apply(
        secret(HEAD, "FOO", "bar")
            + workload(
                "Deployment",
                "app",
                """
                serviceAccountName: settings
                imagePullSecrets:
                  - name: settings
                containers:
                  - name: settings
                    image: app:1
                    env:
                      - name: settings
                        value: settings
                    envFrom:
                      - secretRef:
                          name: settings
                """));

    JsonNode pod = shop.get("deployment/app").at("/spec/template/spec");
    assertThat(pod.at("/containers/0/envFrom/0/secretRef/name").asText())
        .isEqualTo("settings-v000");
    assertThat(pod.path("serviceAccountName").asText()).isEqualTo("settings");
    assertThat(pod.at("/imagePullSecrets/0/name").asText()).isEqualTo("settings");
    assertThat(pod.at("/containers/0/name").asText()).isEqualTo("settings");
    assertThat(pod.at("/containers/0/env/0/name").asText()).isEqualTo("settings");
    assertThat(pod.at("/containers/0/env/0/value").asText()).isEqualTo("settings");
  }

  @Test
  void bindingsAreSortedWithOneEntryForEachHead(Shop shop) {
    String deployment =
        workload(
            "Deployment",
            "app",
            """
            volumes:
              - name: files
                projected:
                  sources:
                    - secret: {name: zebra}
                    - configMap: {name: zebra}
                    - secret: {name: ant}
            containers:
              - name: app
                image: app:1
                env:
                  - name: FOO
                    valueFrom: {configMapKeyRef: {name: ant, key: FOO}}
                envFrom:
                  - secretRef: {name: zebra}
                  - configMapRef: {name: mouse}
                  - configMapRef: {name: ant}
            """);
    String others =
        configMap("zebra", "FOO", "1")
            + configMap("mouse", "FOO", "2")
            + secret("zebra", "FOO", "3")
            + secret("ant", "FOO", "4");
    shop.apply(configMap("ant", "FOO", "5") + others + deployment);
    assertThat(Traces.bindings(shop.get("deployment/app")))
        .isEqualTo(
            "configmap/ant=v000,configmap/mouse=v000,configmap/zebra=v000,"
                + "secret/ant=v000,secret/zebra=v000");

    shop.apply(configMap("ant", "FOO", "6") + others + deployment);

    JsonNode changed = shop.get("deployment/app");
    assertThat(Traces.bindings(changed))
        .isEqualTo(
            "configmap/ant=v001,configmap/mouse=v000,configmap/zebra=v000,"
                + "secret/ant=v000,secret/zebra=v000");
    JsonNode pod = changed.at("/spec/template/spec");
    assertThat(pod.at("/containers/0/env/0/valueFrom/configMapKeyRef/name").asText())
        .isEqualTo("ant-v001");
    assertThat(names(pod.at("/containers/0/envFrom")))
        .containsExactly("zebra-v000", "mouse-v000", "ant-v001");
    assertThat(names(pod.at("/volumes/0/projected/sources")))
        .containsExactly("zebra-v000", "zebra-v000", "ant-v000");
  }

  private static List<String> names(JsonNode sources) {
    return sources.findValuesAsText("name");
  }
}
