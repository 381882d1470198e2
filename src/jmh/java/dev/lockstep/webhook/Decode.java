package dev.lockstep.webhook;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.jmh.Samples;
import dev.lockstep.webhook.AdmissionRequest.Operation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a body to a request: weighed, then read. */
@State(Scope.Benchmark)
public class Decode {
  /** Of the body, which has the object twice. */
  @Param({"2048", "8192", "65536", "1048576"})
  public int bytes;

  private final AdmissionReviewReader reader = new AdmissionReviewReader();
  private final Set<Operation> answered = EnumSet.of(Operation.CREATE, Operation.UPDATE);
  private byte[] body;

  @Setup
  public void make() throws IOException {
    ObjectMapper json = new ObjectMapper();
    int content = bytes / 2;
    do {
      // What is around the content takes its part of the size.
      body = json.writeValueAsBytes(Samples.review(Samples.configMap(content), "", "configmaps"));
      content -= (body.length - bytes + 1) / 2;
    } while (body.length > bytes);
    if (read().object().path("data").isEmpty() || body.length < bytes * 0.95) {
      throw new AssertionError("a review of " + body.length + " bytes is not what was asked for");
    }
  }

  @Benchmark
  public Object decode() {
    reader.weigh(body);
    return read();
  }

  private AdmissionRequest read() {
    return reader.read(body, answered);
  }
}
