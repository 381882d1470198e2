package dev.lockstep.binding.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.binding.WorkloadKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SharedOwnershipTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final WorkloadKind DEPLOYMENT = WorkloadKind.BUILT_IN.get(0);
  private static final String VOLUME = "k:{\\\"name\\\":\\\"extra\\\"}";
  private static final String ITEM = "'.':{},'f:name':{}";
  private static final String NAME = "'f:configMap':{'f:name':{}}";

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String owner(String manager, String operation, String volume) {
    return ("{'manager':'%s','operation':'%s','fieldsV1':"
            + "{'f:spec':{'f:template':{'f:spec':{'f:volumes':{'%s':{%s}}}}}}}")
        .formatted(manager, operation, VOLUME, volume);
  }

  private static JsonNode deployment(String volume, String... owners) {
    return json(
        ("{'metadata':{'managedFields':[%s]},'spec':{'template':{'metadata':{'annotations':"
                + "{'lockstep.dev/bindings':'configmap/conf=v000'}},"
                + "'spec':{'volumes':[{'name':'extra',%s}]}}}}")
            .formatted(String.join(",", owners), volume));
  }

  private static KeptObject keep(JsonNode object, JsonNode old) {
    return SharedOwnership.keep(DEPLOYMENT, object, Optional.of(old), Optional.of("second"));
  }

  private static JsonNode volume(KeptObject kept) {
    return kept.object().at("/spec/template/spec/volumes/0");
  }

  private static boolean owns(KeptObject kept, int entry) {
    JsonNode fields = kept.object().at("/metadata/managedFields").path(entry).path("fieldsV1");
    JsonNode volumes = fields.at("/f:spec/f:template/f:spec/f:volumes");
    return volumes.path("k:{\"name\":\"extra\"}").at("/f:configMap/f:name").isObject();
  }

  private static final JsonNode TAKEN_BY_FORCE =
      deployment(
          "'configMap':{'name':'conf-v000'}",
          owner("first", "Apply", ITEM),
          owner("second", "Apply", ITEM + "," + NAME));

  @Test
  void aVolumeStaysWholeAndIsOwnedByWhoStillDeclaresIt() {
    KeptObject kept =
        keep(deployment("'emptyDir':{}", owner("first", "Apply", ITEM)), TAKEN_BY_FORCE);

    assertThat(volume(kept)).isEqualTo(json("{'name':'extra','configMap':{'name':'conf-v000'}}"));
    assertThat(owns(kept, 0)).isTrue();
    assertThat(kept.replaced()).hasSize(2);
  }

  @Test
  void anEmptyDirWithAnOwnerIsMeant() {
    JsonNode meant =
        deployment("'emptyDir':{}", owner("first", "Apply", ITEM + ",'f:emptyDir':{}"));

    assertThat(keep(meant, TAKEN_BY_FORCE).object()).isEqualTo(meant);
  }

  @Test
  void whatNobodyElseDeclaresGoes() {
    JsonNode alone =
        deployment("'configMap':{'name':'conf-v000'}", owner("first", "Apply", ITEM + "," + NAME));
    JsonNode gone = deployment("'emptyDir':{}", owner("first", "Apply", ITEM));

    assertThat(keep(gone, alone).object()).isEqualTo(gone);
  }

  @Test
  void aSourceWithoutANameKeepsTheBoundOne() {
    KeptObject kept =
        keep(
            deployment(
                "'configMap':{'defaultMode':420}",
                owner("kubectl", "Update", ITEM + ",'f:configMap':{'f:defaultMode':{}}")),
            deployment(
                "'configMap':{'name':'conf-v000','defaultMode':420}",
                owner("kubectl", "Update", ITEM + ",'f:configMap':{'f:defaultMode':{}}"),
                owner("gitops", "Apply", ITEM + "," + NAME)));

    assertThat(volume(kept).at("/configMap/name").asText()).isEqualTo("conf-v000");
    assertThat(owns(kept, 0)).isTrue();
  }

  @Test
  void anUpdateThatSaysTheSameTakesNothingFromItsOwner() {
    KeptObject kept =
        keep(
            deployment(
                "'configMap':{'name':'conf'}",
                owner("first", "Apply", ITEM),
                owner("kubectl", "Update", NAME)),
            deployment(
                "'configMap':{'name':'conf-v000'}", owner("first", "Apply", ITEM + "," + NAME)));

    assertThat(owns(kept, 0)).isTrue();
    assertThat(kept.object().at("/metadata/managedFields")).hasSize(1);
  }

  @Test
  void whatIsNotBoundIsLeftAlone() {
    JsonNode old = json("{'metadata':{'managedFields':[]},'spec':{'template':{}}}");

    assertThat(keep(old, old)).isEqualTo(KeptObject.unchanged(old));
  }
}
