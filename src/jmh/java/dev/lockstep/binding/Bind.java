package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.jmh.Samples;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.versioning.FakeCluster;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a Deployment's pod template to what it names, and to what it is to name. */
@State(Scope.Benchmark)
public class Bind {
  private static final WorkloadSettings SETTINGS =
      new WorkloadSettings(Rollout.ON_APPLY, MissingPolicy.WARN);

  @Param({"2", "20", "200"})
  public int references;

  private JsonNode template;
  private WorkloadAdmissionRequest review;
  private WorkloadAdmission admission;

  @Setup
  public void make() {
    FakeCluster cluster = new FakeCluster();
    KnownObjects known = new KnownObjects(cluster.hasher);
    for (int i = 0; i < Samples.HEADS; i++) {
      ObjectKey head = FakeCluster.configMap(Samples.head(i));
      cluster.write(head, Map.of("KEY", "value " + i));
      cluster.versions.of(head, FakeCluster.SHOP, false);
    }
    cluster.names().stream().map(FakeCluster::configMap).forEach(id -> known.put(id, cluster));
    admission =
        new WorkloadAdmission(
            known.versions(), (kind, namespace, workload) -> List.of(), SETTINGS, Runnable::run);
    ObjectNode deployment = Samples.deployment(references);
    WorkloadKind kind = WorkloadKind.BUILT_IN.get(0);
    review =
        new WorkloadAdmissionRequest(
            kind,
            "my-app",
            deployment,
            Optional.empty(),
            Optional.of("kubectl"),
            false,
            FakeCluster.SHOP);
    template = deployment.at(kind.template());
    WorkloadAdmissionResult outcome = bind();
    if (find().size() != references
        || outcome.names().size() != references
        || !outcome.names().values().stream().allMatch(name -> name.endsWith("-v000"))
        || !outcome.warnings().isEmpty()) {
      throw new AssertionError(outcome);
    }
  }

  @Benchmark
  public List<Reference> find() {
    return Reference.in(template);
  }

  /** With all that the API server is asked for at hand, and found. */
  @Benchmark
  public WorkloadAdmissionResult bind() {
    return admission.decide(review);
  }
}
