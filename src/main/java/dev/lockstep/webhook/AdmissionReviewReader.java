package dev.lockstep.webhook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.webhook.AdmissionRequest.Operation;
import dev.lockstep.webhook.limits.MemoryEstimate;
import java.io.IOException;
import java.util.Set;

/** Reads reviews, within bounds: what callers send is not to be trusted. */
public final class AdmissionReviewReader {
  /** Two objects of 1 MiB with the shortest of keys, and their managedFields, stay below. */
  private static final int MAX_TOKENS = 2_000_000;

  private static final int MAX_DEPTH = 200;

  /** No request of the API has more than that in all. A longer one takes five times its length. */
  private static final int MAX_STRING_LENGTH = 3 * 1024 * 1024;

  /** Up to here a token a byte is a good guess: it is not worth reading the body twice. */
  private static final int SMALL = 16 * 1024;

  private final ObjectMapper json =
      new ObjectMapper(
          JsonFactory.builder()
              // Names that a caller makes up would stay in the JVM's table of strings.
              .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxTokenCount(MAX_TOKENS)
                      .maxNestingDepth(MAX_DEPTH)
                      .maxStringLength(MAX_STRING_LENGTH)
                      .build())
              .build());

  /**
   * What it takes to read and answer it; found out without building anything.
   *
   * @throws MalformedReviewException if it is no JSON
   */
  public MemoryEstimate weigh(byte[] body) {
    return body.length <= SMALL
        ? MemoryEstimate.of(body.length, body.length)
        : MemoryEstimate.of(body.length, tokens(body));
  }

  private long tokens(byte[] body) {
    try (JsonParser parser = json.createParser(body)) {
      long count = 0;
      while (parser.nextToken() != null) {
        count++;
      }
      return count;
    } catch (JsonProcessingException e) {
      throw notJson();
    } catch (IOException e) {
      throw new MalformedReviewException("the body ends early");
    }
  }

  /**
   * @throws MalformedReviewException if it is no review
   */
  public AdmissionRequest read(byte[] body, Set<Operation> answered) {
    try {
      return AdmissionRequest.of(json.readTree(body), answered);
    } catch (JsonProcessingException e) {
      throw notJson();
    } catch (IOException e) {
      throw new MalformedReviewException("the body ends early");
    }
  }

  private static MalformedReviewException notJson() {
    return new MalformedReviewException("the body is not JSON, or too much of it");
  }
}
