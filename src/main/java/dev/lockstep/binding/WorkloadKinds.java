package dev.lockstep.binding;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All kinds of workloads that this server knows: the built-in ones and the configured ones. */
public record WorkloadKinds(List<WorkloadKind> all) {
  public WorkloadKinds {
    all = List.copyOf(all);
  }

  public static WorkloadKinds with(List<WorkloadKind> custom) {
    return new WorkloadKinds(
        Stream.concat(WorkloadKind.BUILT_IN.stream(), custom.stream()).toList());
  }

  public Optional<WorkloadKind> of(String group, String resource) {
    return all.stream()
        .filter(kind -> kind.group().equals(group) && kind.resource().equals(resource))
        .findFirst();
  }

  /** Those that can be bound anew after they were made. */
  public List<WorkloadKind> mutable() {
    return all.stream().filter(kind -> kind.change() == WorkloadKind.Change.MUTABLE).toList();
  }
}
