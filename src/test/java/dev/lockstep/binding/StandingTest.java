package dev.lockstep.binding;

import static dev.lockstep.version.FakeCluster.configMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.version.FakeCluster;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Keys;
import dev.lockstep.version.VersionNumber;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final WorkloadKind DEPLOYMENT = WorkloadKind.BUILT_IN.get(0);
  private static final HeadRef CONFIG = new HeadRef(HeadKind.CONFIG_MAP, "app-config");
  private static final HeadRef SECRET = new HeadRef(HeadKind.SECRET, "app-secret");

  private final FakeCluster cluster = new FakeCluster();
  private final FakeWorkload app = new FakeWorkload(cluster);

  private static Standing of(JsonNode workload, Map<HeadRef, VersionNumber> current) {
    return Standing.of(DEPLOYMENT, workload, current);
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
        .put(Keys.BINDINGS, "configmap/app-config=v000");
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
    Standing standing = of(metadata, Map.of(CONFIG, number(0)));
    assertThat(standing.arrived()).containsExactly(CONFIG);
    assertThat(standing.behind()).isEmpty();
  }

  private void bind() {
    cluster.write(configMap("app-config"), Map.of("FOO", "a"));
    app.apply("1", "app-config");
  }
}
