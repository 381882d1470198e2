package dev.lockstep.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Baseline;
import dev.lockstep.binding.Beginnings;
import dev.lockstep.binding.HeadRef;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.Revisions.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.version.CurrentVersions;
import dev.lockstep.version.Eligibility;
import dev.lockstep.version.HeadKind;
import dev.lockstep.version.Json;
import dev.lockstep.version.Meaning;
import dev.lockstep.version.ObjectId;
import dev.lockstep.version.OptedIn;
import dev.lockstep.version.Stamp;
import dev.lockstep.version.VersionNumber;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes the state of the moment in which a namespace is opted in one that can be gone back to: each
 * head gets its first version, each revision a note of what its bare references mean. Nothing
 * rolls. Done again, it finds only what is new: what was written while Lockstep was away.
 */
final class OptIn {
  private static final List<WorkloadKind.Revisions> REVISIONS =
      List.of(WorkloadKind.REPLICA_SETS, WorkloadKind.CONTROLLER_REVISIONS);

  private final CurrentVersions versions;
  private final Heads heads;
  private final RevisionNotes revisions;
  private final Announcements announcements;

  /** Whether every head is stamped, or only those that a template names. */
  private final boolean stampsAll;

  OptIn(
      CurrentVersions versions,
      Heads heads,
      RevisionNotes revisions,
      Announcements announcements,
      boolean stampsAll) {
    this.versions = versions;
    this.heads = heads;
    this.revisions = revisions;
    this.announcements = announcements;
    this.stampsAll = stampsAll;
  }

  void of(OptedIn namespace) {
    Map<WorkloadKind.Revisions, List<Revision>> former = new LinkedHashMap<>();
    REVISIONS.forEach(kept -> former.put(kept, revisions.all(kept, namespace.name())));
    if (stampsAll) {
      for (HeadKind kind : HeadKind.values()) {
        heads.forEach(kind, namespace.name(), object -> stamp(kind, object, namespace));
      }
    } else {
      former.values().stream().flatMap(List::stream).forEach(stampingNamed(namespace));
    }
    Map<HeadRef, VersionNumber> current = heads.current(namespace.name());
    Supplier<Beginnings> beginnings = once(() -> heads.beginnings(namespace.name()));
    former.forEach(
        (kept, all) ->
            all.forEach(
                revision ->
                    Baseline.toNote(revision, current, beginnings)
                        .ifPresent(baseline -> revisions.note(kept, revision, baseline))));
  }

  /** Most passes find nothing to note, and have no need of it. */
  private static <T> Supplier<T> once(Supplier<T> source) {
    AtomicReference<T> found = new AtomicReference<>();
    return () -> found.updateAndGet(known -> known != null ? known : source.get());
  }

  /** Stamps what the templates name; each name is looked up once. */
  private Consumer<Revision> stampingNamed(OptedIn namespace) {
    Set<HeadRef> seen = new HashSet<>();
    return revision ->
        Reference.in(revision.template()).stream()
            .map(Reference::named)
            .filter(named -> named.isValid() && seen.add(named))
            .forEach(
                named ->
                    tellRefusal(
                        revision.object(),
                        versions.of(named.in(namespace.name()), namespace, false)));
  }

  private void stamp(HeadKind kind, JsonNode object, OptedIn namespace) {
    if (Stamp.of(object).isPresent()
        || !Eligibility.of(kind, object, Optional.of(object), namespace).isVersioned()) {
      return;
    }
    ObjectId id = new ObjectId(kind, namespace.name(), Json.name(object));
    tellRefusal(object, versions.of(id, namespace, false));
  }

  private void tellRefusal(JsonNode object, Meaning meaning) {
    if (meaning instanceof Meaning.Unversioned unversioned) {
      unversioned
          .refusal()
          .ifPresent(
              words ->
                  announcements.tell(
                      object, Announcements.Severity.WARNING, "VersionRefused", words));
    }
  }
}
