package dev.lockstep.binding;

import static dev.lockstep.versioning.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.FakeCluster;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BindingStatusTest {
  private static final WorkloadKind DEPLOYMENT = WorkloadKind.BUILT_IN.get(0);
  private static final HeadRef CONFIG = new HeadRef(HeadKind.CONFIG_MAP, "app-config");
  private static final HeadRef SECRET = new HeadRef(HeadKind.SECRET, "app-secret");

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private static BindingStatus of(JsonNode workload, Map<HeadRef, VersionNumber> current) {
    return BindingStatus.of(DEPLOYMENT, workload, current);
  }

  private static VersionNumber number(int value) {
    return new VersionNumber(value);
  }

  @Test
  void whatIsBoundToCurrentIsNotBehind() {
    bind();
    assertThat(of(app.persisted(), Map.of(CONFIG, number(0))).behind()).isEmpty();
  }

  @Test
  void whatIsBoundToAnotherVersionThanCurrentIsBehind() {
    bind();
    assertThat(of(app.persisted(), Map.of(CONFIG, number(1))).behind()).containsExactly(CONFIG);
  }

  @Test
  void aVersionAboveTheCurrentOneIsBehindToo() {
    bind();
    cluster.write(configMap("app-config"), Map.of("FOO", "b"));
    app.apply("2", "app-config");
    assertThat(of(app.persisted(), Map.of(CONFIG, number(0))).behind()).containsExactly(CONFIG);
  }

  @Test
  void whatAnUndoBroughtBackIsHeldAndNotBehind() {
    bind();
    cluster.write(configMap("app-config"), Map.of("FOO", "b"));
    app.apply("2", "app-config");
    app.undo();
    assertThat(of(app.persisted(), Map.of(CONFIG, number(1))).behind()).isEmpty();
  }

  @Test
  void aHeadThatIsGoneLeavesNobodyBehind() {
    bind();
    assertThat(of(app.persisted(), Map.of()).behind()).isEmpty();
  }

  @Test
  void bindingsThatNoReferenceHoldsDoNotCount() {
    ObjectNode workload = JsonNodeFactory.instance.objectNode();
    workload
        .withObject("/spec/template/metadata/annotations")
        .put(Annotations.BINDINGS, "configmap/app-config=v000");
    assertThat(of(workload, Map.of(CONFIG, number(1))).behind()).isEmpty();
  }

  @Test
  void whatWaitsHasArrivedOnceItIsAHead() {
    app.apply("1", "app-config", "other");
    app.applySecret("app-secret");
    assertThat(of(app.persisted(), Map.of(CONFIG, number(0))).arrived()).isEmpty();
    assertThat(of(app.persisted(), Map.of(SECRET, number(0))).arrived()).containsExactly(SECRET);
  }

  @Test
  void metadataAloneTellsWhatArrived() {
    app.apply("1", "app-config");
    ObjectNode metadata = app.persisted();
    metadata.remove("spec");
    BindingStatus standing = of(metadata, Map.of(CONFIG, number(0)));
    assertThat(standing.arrived()).containsExactly(CONFIG);
    assertThat(standing.behind()).isEmpty();
  }

  private void bind() {
    cluster.write(configMap("app-config"), Map.of("FOO", "a"));
    app.apply("1", "app-config");
  }
}
