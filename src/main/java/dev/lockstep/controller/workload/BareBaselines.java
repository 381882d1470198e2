package dev.lockstep.controller.workload;

import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.MadeVersion;
import dev.lockstep.controller.queue.BoundedMap;
import dev.lockstep.controller.revision.BaselineAges;
import dev.lockstep.controller.revision.InBetweenRevisions;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Keeps the note of what bare names mean up to date, while the heads of a workload change that is
 * not bound yet: an undo may bring it back as soon as its next release is there.
 */
final class BareBaselines {
  private static final Duration RECENT = BaselineAges.RELEASE.multipliedBy(2);
  private static final int REMEMBERED = 10_000;

  private final RevisionRepository revisions;

  /**
   * UIDs of workloads that were seen to be bare; what they meant is noted once more at their end.
   */
  private final BoundedMap<String, Boolean> bare = new BoundedMap<>(REMEMBERED);

  BareBaselines(RevisionRepository revisions) {
    this.revisions = revisions;
  }

  /** What the notes of one namespace are computed from. */
  interface Source {
    Map<HeadRef, CurrentHead> heads();

    Map<HeadRef, List<MadeVersion>> versions();

    Instant now();
  }

  /**
   * @return when to come again, if a change is not old enough yet to be sure of
   */
  Optional<Instant> reconcile(WorkloadState workload, Source source) {
    if (!InBetweenRevisions.isFor(workload.kind())) {
      return Optional.empty();
    }
    SortedSet<HeadRef> named = workload.bareHeads(source.heads());
    if (named.isEmpty()) {
      if (bare.get(workload.uid()).isPresent()) {
        note(workload, source);
        bare.remove(workload.uid());
      }
      return Optional.empty();
    }
    bare.put(workload.uid(), true);
    Instant changed = QuietPeriod.lastChange(named, source.heads());
    if (changed.isBefore(source.now().minus(RECENT))) {
      return Optional.empty();
    }
    note(workload, source);
    Instant settled = changed.plus(BaselineAges.RELEASE).plusSeconds(1);
    return settled.isAfter(source.now()) ? Optional.of(settled) : Optional.empty();
  }

  private void note(WorkloadState workload, Source source) {
    List<Revision> all = revisions.of(workload.kind(), workload.object());
    Map<Revision, Bindings> notes =
        new BaselineAges(source.heads(), source.versions(), source.now()).toNote(all);
    notes.forEach(
        (revision, note) ->
            revisions.annotate(
                workload.kind().revisions().orElseThrow(),
                revision.object(),
                Map.of(Annotations.BASELINE, note.annotation())));
  }
}
