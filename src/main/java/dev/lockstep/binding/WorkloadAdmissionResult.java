package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the admission of a workload changes in it. Denials are {@link
 * dev.lockstep.model.AdmissionDeniedException}s.
 *
 * @param names new names, by their place from the template
 * @param templateAnnotations to set on the template; an empty value means: none under this key
 * @param annotations to set on the workload; an empty value means: none under this key
 * @param warnings for kubectl to print
 * @param managedFields to be the object's, where a note that is taken off must not stay owned
 */
public record WorkloadAdmissionResult(
    Map<JsonPointer, String> names,
    Map<String, Optional<String>> templateAnnotations,
    Map<String, Optional<String>> annotations,
    List<String> warnings,
    Optional<JsonNode> managedFields) {

  public WorkloadAdmissionResult(
      Map<JsonPointer, String> names,
      Map<String, Optional<String>> templateAnnotations,
      Map<String, Optional<String>> annotations,
      List<String> warnings) {
    this(names, templateAnnotations, annotations, warnings, Optional.empty());
  }

  public static final WorkloadAdmissionResult UNCHANGED =
      new WorkloadAdmissionResult(Map.of(), Map.of(), Map.of(), List.of());

  WorkloadAdmissionResult withWarnings(List<String> more) {
    return new WorkloadAdmissionResult(
        names,
        templateAnnotations,
        annotations,
        Stream.concat(warnings.stream(), more.stream()).distinct().toList(),
        managedFields);
  }

  WorkloadAdmissionResult withManagedFields(Optional<? extends JsonNode> fields) {
    return new WorkloadAdmissionResult(
        names, templateAnnotations, annotations, warnings, fields.map(f -> (JsonNode) f));
  }

  WorkloadAdmissionResult withAnnotations(Map<String, Optional<String>> more) {
    Map<String, Optional<String>> all = new TreeMap<>(annotations);
    all.putAll(more);
    return new WorkloadAdmissionResult(names, templateAnnotations, all, warnings, managedFields);
  }
}
