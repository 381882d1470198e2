package dev.lockstep.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.jmh.Samples;
import dev.lockstep.versioning.FakeCluster;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From an object to its content, decoded, and from that to its hash. */
@State(Scope.Benchmark)
public class Hash {
  @Param public HeadKind kind;

  /** Of the content, decoded. */
  @Param({"1024", "65536", "1048576"})
  public int bytes;

  private final ContentHasher hasher = new FakeCluster().hasher;
  private ObjectNode object;
  private Content content;

  @Setup
  public void make() {
    object = Samples.configMap(bytes);
    if (kind == HeadKind.SECRET) {
      object.put("kind", "Secret").put("type", "Opaque");
      ObjectNode data = object.withObject("/data");
      for (var entry : data.properties()) {
        byte[] value = entry.getValue().textValue().getBytes(StandardCharsets.UTF_8);
        data.put(entry.getKey(), Base64.getEncoder().encodeToString(value));
      }
    }
    content = read();
    if (content.data().values().stream().mapToInt(value -> value.length).sum() != bytes + 1
        || !hash().equals(hasher.hash(read()))) {
      throw new AssertionError(content);
    }
  }

  @Benchmark
  public Content read() {
    return Content.of(kind, object);
  }

  @Benchmark
  public ContentHash hash() {
    return hasher.hash(content);
  }
}
