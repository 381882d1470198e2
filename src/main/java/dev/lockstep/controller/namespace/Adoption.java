package dev.lockstep.controller.namespace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.RevisionHistory.Revision;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.controller.EventRecorder;
import dev.lockstep.controller.head.CurrentHead;
import dev.lockstep.controller.head.HeadRepository;
import dev.lockstep.controller.revision.BaselineAges;
import dev.lockstep.controller.revision.RevisionRepository;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadKind;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.ManagedNamespace;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.Stamp;
import dev.lockstep.versioning.Eligibility;
import dev.lockstep.versioning.Resolution;
import dev.lockstep.versioning.VersionResolver;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes the state of the moment in which a namespace is taken in one that can be gone back to: each
 * head gets its first version, each revision a note of what its bare references mean. Nothing
 * rolls.
 */
public final class Adoption {
  private static final List<WorkloadKind.Revisions> REVISIONS =
      List.of(WorkloadKind.REPLICA_SETS, WorkloadKind.CONTROLLER_REVISIONS);

  private final VersionResolver versions;
  private final HeadRepository heads;
  private final RevisionRepository revisions;
  private final EventRecorder events;
  private final Clock clock;

  /** Whether every head is stamped, or only those that a template names. */
  private final boolean stampsAll;

  public Adoption(
      VersionResolver versions,
      HeadRepository heads,
      RevisionRepository revisions,
      EventRecorder events,
      Clock clock,
      boolean stampsAll) {
    this.versions = versions;
    this.heads = heads;
    this.revisions = revisions;
    this.events = events;
    this.clock = clock;
    this.stampsAll = stampsAll;
  }

  void adopt(ManagedNamespace namespace) {
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
    note(namespace, former);
  }

  private void note(
      ManagedNamespace namespace, Map<WorkloadKind.Revisions, List<Revision>> former) {
    Map<HeadRef, CurrentHead> current = heads.current(namespace);
    if (former.values().stream().flatMap(List::stream).noneMatch(r -> namesOneOf(current, r))) {
      return;
    }
    BaselineAges ages = new BaselineAges(current, heads.versions(namespace), clock.instant());
    former.forEach(
        (kept, all) ->
            byOwner(all)
                .values()
                .forEach(
                    ofOne ->
                        ages.toNote(ofOne)
                            .forEach((revision, note) -> note(kept, revision, note))));
  }

  private static boolean namesOneOf(Map<HeadRef, CurrentHead> heads, Revision revision) {
    return Reference.in(revision.template()).stream()
        .anyMatch(reference -> heads.containsKey(reference.named()));
  }

  /** One without an owner is somebody's own ReplicaSet: a workload, and no revision of one. */
  private static Map<String, List<Revision>> byOwner(List<Revision> revisions) {
    return revisions.stream()
        .collect(
            Collectors.groupingBy(
                revision ->
                    revision
                        .object()
                        .at("/metadata/ownerReferences/0/uid")
                        .asText(KubernetesJson.name(revision.object()))));
  }

  private void note(WorkloadKind.Revisions kept, Revision revision, Bindings note) {
    revisions.annotate(kept, revision.object(), Map.of(Annotations.BASELINE, note.annotation()));
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

  private void tellRefusal(JsonNode object, Resolution resolution) {
    if (resolution instanceof Resolution.Unversioned unversioned) {
      unversioned
          .refusal()
          .ifPresent(
              words ->
                  events.tell(object, EventRecorder.Severity.WARNING, "VersionRefused", words));
    }
  }
}
