package dev.lockstep.webhook;

import static dev.lockstep.versioning.FakeCluster.SHOP;
import static dev.lockstep.versioning.FakeCluster.configMap;
import static dev.lockstep.versioning.FakeCluster.object;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.FakeCluster;
import dev.lockstep.versioning.VersionListener;
import dev.lockstep.webhook.Admissions.Admitted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadWebhookTest {
  private static final Map<String, String> A = Map.of("FOO", "a");
  private static final Map<String, String> B = Map.of("FOO", "b");

  private final ObjectKey head = configMap("app-config");
  private final FakeCluster cluster = new FakeCluster();
  private final HeadWebhook webhook =
      new HeadWebhook(cluster.admission, name -> Optional.of(SHOP), true, new Counted());

  private final List<HeadKind> reused = new ArrayList<>();

  private final class Counted implements VersionListener {
    @Override
    public void made(HeadKind kind) {
      throw new AssertionError("admissions make no version");
    }

    @Override
    public void reused(HeadKind kind) {
      reused.add(kind);
    }
  }

  private Admitted admit(ObjectNode object) {
    return Admissions.heads(webhook, review(object));
  }

  private ObjectNode review(ObjectNode object) {
    ObjectNode review = JsonNodeFactory.instance.objectNode();
    review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
    ObjectNode request = review.putObject("request");
    request.put("uid", "1").put("namespace", "shop").put("name", head.name());
    request
        .putObject("resource")
        .put("group", "")
        .put("version", "v1")
        .put("resource", "configmaps");
    request.putObject("userInfo").put("username", "jane");
    request.set("object", object);
    request.put("operation", cluster.find(head).isPresent() ? "UPDATE" : "CREATE");
    cluster.find(head).ifPresent(old -> request.set("oldObject", old));
    return review;
  }

  /** {@code kubectl get cm app-config-v000 -o yaml | sed s/app-config-v000/app-config/}. */
  private ObjectNode versionUnderTheHeadsName() {
    ObjectNode copy = (ObjectNode) cluster.find(configMap("app-config-v000")).orElseThrow();
    copy.withObject("/metadata").put("name", head.name());
    return copy;
  }

  private void twoVersions() {
    cluster.write(head, A);
    cluster.write(head, B);
    cluster.versions.keepCurrent(head, SHOP);
  }

  private void isRestored(Admitted restored) {
    assertThat(restored.warnings())
        .containsExactly(
            "lockstep: ConfigMap app-config: written from a version; immutable was left off; set it"
                + " by itself if it is meant");
    ObjectNode object = restored.object();
    assertThat(object.has("immutable")).isFalse();
    assertThat(object.at("/data/FOO").asText()).isEqualTo("a");
    assertThat(KubernetesJson.label(object, Labels.ROLE)).contains(Labels.HEAD_ROLE);
    assertThat(KubernetesJson.label(object, Labels.VERSION)).contains("v000");
    assertThat(KubernetesJson.label(object, Labels.HEAD)).isEmpty();
    assertThat(KubernetesJson.annotation(object, Annotations.HEAD_NAME)).isEmpty();
    assertThat(KubernetesJson.annotation(object, Annotations.NEWEST)).contains("v001");
  }

  @Test
  void aHeadThatIsWrittenFromAVersionStaysChangeable() {
    twoVersions();
    isRestored(admit(versionUnderTheHeadsName()));
  }

  @Test
  void soDoesOneThatIsMadeAnewFromAVersion() {
    twoVersions();
    cluster.delete(head);
    isRestored(admit(versionUnderTheHeadsName()));
  }

  @Test
  void aContentThatComesBackIsCountedOnce() {
    twoVersions();
    admit(object(head, A));
    assertThat(reused).containsExactly(HeadKind.CONFIG_MAP);
  }

  @Test
  void aContentThatIsNewOrStaysIsNotCounted() {
    admit(object(head, A));
    twoVersions();
    admit(object(head, B));
    admit(object(head, Map.of("FOO", "c")));
    assertThat(reused).isEmpty();
  }

  @Test
  void aDryRunIsNotCounted() {
    twoVersions();
    ObjectNode review = review(object(head, A));
    review.withObject("/request").put("dryRun", true);
    Admissions.heads(webhook, review);
    assertThat(reused).isEmpty();
  }

  @Test
  void whoSealsAHeadMeansIt() {
    twoVersions();
    ObjectNode sealed = (ObjectNode) cluster.find(head).orElseThrow();
    Admitted admitted = admit(sealed.put("immutable", true));
    assertThat(admitted.object().path("immutable").asBoolean()).isTrue();
    assertThat(admitted.warnings()).isEmpty();
  }

  @Test
  void whatAProgramFillsIsNotedOnce() {
    cluster.put(head, object(head, Map.of()));
    ObjectNode filled = admit(object(head, A)).object();
    assertThat(KubernetesJson.annotation(filled, Annotations.LEFT_OUT))
        .contains(Annotations.FILLED_BY_A_PROGRAM);
    cluster.put(head, filled);
    assertThat(admit(filled.deepCopy()).object()).isEqualTo(filled);
  }

  @Test
  void whatIsBeingDeletedLosesTheRequestForAStamp() {
    twoVersions();
    ObjectNode ending = (ObjectNode) cluster.find(head).orElseThrow();
    ending.withObject("/metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
    cluster.put(head, ending);
    ObjectNode asked = ending.deepCopy();
    asked.withObject("/metadata/annotations").put(Annotations.RESTAMP, "");
    assertThat(admit(asked).object()).isEqualTo(ending);
  }
}
