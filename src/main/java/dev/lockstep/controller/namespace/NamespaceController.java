package dev.lockstep.controller.namespace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.BaselineResolver;
import dev.lockstep.binding.OldestVersions;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.versioning.Eligibility;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
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
public final class NamespaceController {
  private static final List<WorkloadKind.Revisions> REVISIONS =
      List.of(WorkloadKind.REPLICA_SETS, WorkloadKind.CONTROLLER_REVISIONS);

  private final VersionResolver versions;
  private final HeadRepository heads;
  private final RevisionAnnotations revisions;
  private final EventRecorder announcements;

  /** Whether every head is stamped, or only those that a template names. */
  private final boolean stampsAll;

  public NamespaceController(
      VersionResolver versions,
      HeadRepository heads,
      RevisionAnnotations revisions,
      EventRecorder announcements,
      boolean stampsAll) {
    this.versions = versions;
    this.heads = heads;
    this.revisions = revisions;
    this.announcements = announcements;
    this.stampsAll = stampsAll;
  }

  public void adopt(ManagedNamespace namespace) {
    Map<WorkloadKind.Revisions, List<Revision>> former = new LinkedHashMap<>();
    REVISIONS.forEach(kept -> former.put(kept, revisions.all(kept, namespace.name())));
    if (stampsAll) {
      for (HeadKind kind : HeadKind.values()) {
        if (namespace.versions(kind)) {
          heads.forEach(kind, namespace.name(), object -> stamp(kind, object, namespace));
        }
      }
    } else {
      former.values().stream().flatMap(List::stream).forEach(stampingNamed(namespace));
    }
    Map<HeadRef, VersionNumber> current = heads.current(namespace);
    Supplier<OldestVersions> beginnings = once(() -> heads.beginnings(namespace));
    former.forEach(
        (kept, all) ->
            all.forEach(
                revision ->
                    BaselineResolver.toNote(revision, current, beginnings)
                        .ifPresent(baseline -> revisions.note(kept, revision, baseline))));
  }

  /** Most passes find nothing to note, and have no need of it. */
  private static <T> Supplier<T> once(Supplier<T> source) {
    AtomicReference<T> found = new AtomicReference<>();
    return () -> found.updateAndGet(known -> known != null ? known : source.get());
  }

  /** Stamps what the templates name; each name is looked up once. */
  private Consumer<Revision> stampingNamed(ManagedNamespace namespace) {
    Set<HeadRef> seen = new HashSet<>();
    return revision ->
        Reference.in(revision.template()).stream()
            .map(Reference::named)
            .filter(named -> named.isValid() && namespace.versions(named.kind()) && seen.add(named))
            .forEach(
                named ->
                    tellRefusal(
                        revision.object(),
                        versions.resolve(named.in(namespace.name()), namespace, false)));
  }

  private void stamp(HeadKind kind, JsonNode object, ManagedNamespace namespace) {
    if (Stamp.of(object).isPresent()
        || !Eligibility.of(kind, object, Optional.of(object), namespace).isVersioned()) {
      return;
    }
    ObjectKey id = new ObjectKey(kind, namespace.name(), KubernetesJson.name(object));
    tellRefusal(object, versions.resolve(id, namespace, false));
  }

  private void tellRefusal(JsonNode object, Resolution meaning) {
    if (meaning instanceof Resolution.Unversioned unversioned) {
      unversioned
          .refusal()
          .ifPresent(
              words ->
                  announcements.tell(
                      object, EventRecorder.Severity.WARNING, "VersionRefused", words));
    }
  }
}
