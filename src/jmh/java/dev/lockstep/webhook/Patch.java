package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Reference;
import dev.lockstep.jmh.Samples;
import dev.lockstep.model.Annotations;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From names that are to be there to the body of the answer. */
@State(Scope.Benchmark)
public class Patch {
  private static final JsonPointer TEMPLATE = JsonPointer.compile("/spec/template");
  private static final JsonPointer ANNOTATIONS = JsonPointer.compile("/metadata/annotations");

  @Param({"2", "20", "200"})
  public int references;

  private final AdmissionReviewWriter writer = new AdmissionReviewWriter();
  private ObjectNode deployment;
  private List<Reference> found;
  private Map<String, Optional<String>> bindings;

  @Setup
  public void make() {
    deployment = Samples.deployment(references);
    found = Reference.in(deployment.at(TEMPLATE));
    bindings = Map.of(Annotations.BINDINGS, Optional.of("configmap/config-0=v000"));
    String answer = new String(patch(), StandardCharsets.UTF_8);
    // Each reference, the annotation and the map that it is in.
    if (found.size() != references
        || changes().operations().size() != references + 1
        || !answer.contains("JSONPatch")) {
      throw new AssertionError(answer);
    }
  }

  @Benchmark
  public byte[] patch() {
    return writer.write("0b6e2f2c", new AdmissionResponse.Allowed(changes(), List.of()));
  }

  private JsonPatchBuilder changes() {
    JsonPatchBuilder patch = new JsonPatchBuilder(deployment);
    for (Reference reference : found) {
      patch.replace(TEMPLATE.append(reference.place()), reference.named().name() + "-v000");
    }
    return patch.setAll(TEMPLATE.append(ANNOTATIONS), bindings);
  }
}
