package dev.lockstep.admission;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.admission.AdmissionRequest.Operation;
import java.io.IOException;
import java.util.Set;

/** Reads reviews, within bounds: what callers send is not to be trusted. */
final class ReviewReader {
  /** Two objects of 1 MiB with the shortest of keys, and their managedFields, stay below. */
  private static final int MAX_TOKENS = 2_000_000;

  private static final int MAX_DEPTH = 200;
  private static final int MAX_STRING_LENGTH = 16 * 1024 * 1024;

  private final ObjectMapper json =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxTokenCount(MAX_TOKENS)
                      .maxNestingDepth(MAX_DEPTH)
                      .maxStringLength(MAX_STRING_LENGTH)
                      .build())
              .build());

  /**
   * @throws MalformedReviewException if it is no review
   */
  AdmissionRequest read(byte[] body, Set<Operation> answered) {
    try {
      return AdmissionRequest.of(json.readTree(body), answered);
    } catch (JsonProcessingException e) {
      throw new MalformedReviewException("the body is not JSON, or too much of it");
    } catch (IOException e) {
      throw new MalformedReviewException("the body ends early");
    }
  }
}
