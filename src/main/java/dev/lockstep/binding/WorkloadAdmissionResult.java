package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the admission of a workload changes in it. Denials are {@link
 * dev.lockstep.model.AdmissionDeniedException}s.
 *
 * @param names new names, by their place from the template
 * @param templateAnnotations to set on the template; an empty value means: none under this key
 * @param annotations to set on the workload; an empty value means: none under this key
 * @param warnings for kubectl to print
 */
public record WorkloadAdmissionResult(
    Map<JsonPointer, String> names,
    Map<String, Optional<String>> templateAnnotations,
    Map<String, Optional<String>> annotations,
    List<String> warnings) {

  public static final WorkloadAdmissionResult UNCHANGED =
      new WorkloadAdmissionResult(Map.of(), Map.of(), Map.of(), List.of());

  WorkloadAdmissionResult withWarnings(List<String> more) {
    return new WorkloadAdmissionResult(
        names,
        templateAnnotations,
        annotations,
        Stream.concat(warnings.stream(), more.stream()).toList());
  }
}
