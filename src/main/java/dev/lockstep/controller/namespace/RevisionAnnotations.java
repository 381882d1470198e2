package dev.lockstep.controller.namespace;

import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import java.util.List;

/** What is noted on the revisions of a namespace's workloads. */
public interface RevisionAnnotations {

  List<Revision> all(WorkloadKind.Revisions kept, String namespace);

  /** Notes what the bare references of a revision meant at opt-in. Metadata only: nothing rolls. */
  void note(WorkloadKind.Revisions kept, Revision revision, Bindings baseline);
}
