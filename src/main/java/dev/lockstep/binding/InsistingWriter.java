package dev.lockstep.binding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Recognizes a program that will not have the names of versions: it writes the bare names again and
 * again, and starts pods anew because it finds others. Such a program would restart them for ever.
 *
 * <p>Several replicas answer, so what was seen is kept on the workload. It is written only when
 * there is something new: each change of an object wakes the programs that watch it.
 */
final class InsistingWriter {
  /** So many writes, with something started anew in between, are no coincidence. */
  private static final int ENOUGH = 3;

  private static final Duration MEMORY = Duration.ofHours(2);
  private static final String NOT_STILL = "-";

  /**
   * What is kept.
   *
   * @param generation after the write
   * @param replicas a scaling moves the generation, too
   * @param still when it was written, if that started nothing anew
   */
  private record Memory(
      int count,
      Instant first,
      long generation,
      int replicas,
      Optional<Instant> still,
      String user) {
    private static final Pattern FORM =
        Pattern.compile("([0-9]) (\\S+) ([0-9]{1,15}) ([0-9]{1,9}) (\\S+) (.*)", Pattern.DOTALL);

    static Optional<Memory> parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Memory(
                Integer.parseInt(matcher.group(1)),
                Instant.parse(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                Integer.parseInt(matcher.group(4)),
                matcher.group(5).equals(NOT_STILL)
                    ? Optional.empty()
                    : Optional.of(Instant.parse(matcher.group(5))),
                matcher.group(6)));
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }

    @Override
    public String toString() {
      return count
          + " "
          + first
          + " "
          + generation
          + " "
          + replicas
          + " "
          + still.map(Instant::toString).orElse(NOT_STILL)
          + " "
          + user;
    }
  }

  private final WorkloadAdmissionRequest review;
  private final TemplateState persisted;
  private final TemplateState requested;
  private final ReferenceResolver meanings;

  InsistingWriter(
      WorkloadAdmissionRequest review,
      TemplateState persisted,
      TemplateState requested,
      ReferenceResolver meanings) {
    this.review = review;
    this.persisted = persisted;
    this.requested = requested;
    this.meanings = meanings;
  }

  /** Whether this request writes bare names where versions are, and no other pods. */
  boolean isBareWrite(RequestedChange change) {
    return !review.isCreate()
        && !review.kind().isImmutable()
        && !review.isApply()
        && !review.isTyped()
        && !change.isHeld()
        && !change.returns()
        && change.rebind().isEmpty()
        && !bareNow().isEmpty()
        && TemplateComparison.sameSpec(
            requested.withNames(
                bareAndBound().stream()
                    .collect(Collectors.toMap(Reference::place, r -> headOf(r).name()))),
            persisted.unbound());
  }

  private List<Reference> bareNow() {
    return requested.references().stream()
        .filter(reference -> persisted.bound().has(reference.named()))
        .filter(reference -> meanings.current(reference.named()).isPresent())
        .toList();
  }

  private List<Reference> bareAndBound() {
    return requested.references().stream()
        .filter(reference -> persisted.headOf(reference.named()).isPresent())
        .toList();
  }

  private HeadRef headOf(Reference reference) {
    return persisted.headOf(reference.named()).orElseThrow();
  }

  /** Whether, with this bare write, it has insisted long enough. */
  boolean insists() {
    return isEvidence() && remembered().orElseThrow().count() + 1 >= ENOUGH;
  }

  /**
   * What is to be kept of this bare write.
   *
   * @param moves whether it changes the template although the names are bound again
   */
  Map<String, Optional<String>> memory(boolean moves) {
    Map<String, Optional<String>> notes = new TreeMap<>();
    Optional<Memory> before = remembered();
    if (before.isPresent() && !isEvidence() && !moves) {
      return notes;
    }
    Memory now =
        new Memory(
            before.map(m -> m.count() + (isEvidence() ? 1 : 0)).orElse(1),
            before.map(Memory::first).orElse(review.time()),
            generation() + (moves ? 1 : 0),
            replicas(),
            moves ? Optional.empty() : Optional.of(review.time()),
            review.user());
    notes.put(Annotations.BARE_WRITES, Optional.of(now.toString()));
    return notes;
  }

  private boolean isEvidence() {
    return remembered().filter(this::isEvidence).isPresent();
  }

  private boolean isEvidence(Memory before) {
    boolean restartedByIt =
        !requested
            .withNames(Map.of())
            .path("metadata")
            .equals(persisted.unbound().path("metadata"));
    boolean moved = generation() > before.generation() && replicas() == before.replicas();
    boolean podsChanged =
        before.still().isPresent()
            && RecordedWrites.of(old())
                .statusTime()
                .filter(time -> time.isAfter(before.still().get()))
                .isPresent();
    return restartedByIt || moved || podsChanged;
  }

  /** What is kept of earlier writes of the same user, if that is not long ago. */
  private Optional<Memory> remembered() {
    return KubernetesJson.annotation(old(), Annotations.BARE_WRITES)
        .flatMap(Memory::parse)
        .filter(memory -> memory.user().equals(review.user()))
        .filter(memory -> memory.first().plus(MEMORY).isAfter(review.time()));
  }

  private JsonNode old() {
    return review.oldObject().orElseThrow();
  }

  private long generation() {
    return old().path("metadata").path("generation").asLong();
  }

  private int replicas() {
    return old().path("spec").path("replicas").asInt(1);
  }
}
