package dev.lockstep.controller.workload;

import dev.lockstep.binding.Reference;
import dev.lockstep.model.Content;
import dev.lockstep.model.HeadRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Keys without which pods of a workload can't start, by the head that they come from. */
final class NeededKeys {
  private NeededKeys() {}

  /** Which of them these contents of its heads don't have; nothing for who has them all. */
  static SortedMap<HeadRef, Set<String>> missing(
      WorkloadState workload, Map<HeadRef, Content> contents) {
    SortedMap<HeadRef, Set<String>> missing = new TreeMap<>();
    of(workload)
        .forEach(
            (head, keys) -> {
              Content content = contents.get(head);
              if (content != null && !keys.stream().allMatch(content::hasKey)) {
                keys.removeIf(content::hasKey);
                missing.put(head, keys);
              }
            });
    return missing;
  }

  private static Map<HeadRef, Set<String>> of(WorkloadState workload) {
    Map<HeadRef, HeadRef> heads = new HashMap<>();
    workload.bound().versions().forEach((head, number) -> heads.put(head.version(number), head));
    return Reference.in(workload.object().at(workload.kind().template())).stream()
        .filter(reference -> !reference.optional())
        .collect(
            Collectors.toMap(
                reference -> heads.getOrDefault(reference.named(), reference.named()),
                reference -> new TreeSet<>(reference.keys()),
                NeededKeys::union));
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    one.addAll(other);
    return one;
  }
}
