package dev.lockstep.binding;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.model.AdmissionDeniedException;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.LayeredSetting;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.model.Warnings;
import dev.lockstep.versioning.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** One admission of a workload: its references sorted by head, and one version found for each. */
final class WorkloadBinder {
  private static final int MAX_NAMES = 1000;

  /** The references of one head, by how they name it. */
  private static final class Group {
    final List<Reference> bare = new ArrayList<>();
    final List<Reference> missing = new ArrayList<>();
    final List<Reference> bound = new ArrayList<>();

    List<Reference> all() {
      List<Reference> all = new ArrayList<>(bare);
      all.addAll(missing);
      all.addAll(bound);
      return all;
    }
  }

  private final WorkloadAdmissionRequest review;
  private final RebindIntent move;
  private final ReferenceResolver meanings;
  private final BaselineResolver baselines;
  private final LayeredSetting<Rollout> rollout;
  private final MissingReferenceReporter missing;

  /** What the persisted template is bound to, and which of its heads are held. */
  private final Bindings before;

  private final Bindings heldBefore;

  /** What the persisted template needs of whatever it names. */
  private final Map<HeadRef, Set<String>> keysBefore = new HashMap<>();

  /** What the new template says that it is bound to, and really holds. */
  private Bindings stated;

  private final SortedMap<HeadRef, Group> groups = new TreeMap<>();
  private final Map<JsonPointer, String> names = new LinkedHashMap<>();
  private final SortedMap<HeadRef, VersionNumber> bindings = new TreeMap<>();
  private final SortedMap<HeadRef, VersionNumber> held = new TreeMap<>();
  private final SortedSet<HeadRef> waiting = new TreeSet<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /** Of the revision that this request brings back; looked for when a bare reference asks. */
  private Optional<Bindings> baseline = Optional.empty();

  WorkloadBinder(
      WorkloadAdmissionRequest review,
      RebindIntent move,
      WorkloadSettings settings,
      ReferenceResolver meanings,
      BaselineResolver baselines) {
    this.review = review;
    this.move = move;
    this.meanings = meanings;
    this.baselines = baselines;
    this.rollout = settings.rollout(review.kind(), review.object(), review.namespace());
    this.missing =
        new MissingReferenceReporter(
            review, settings.missing(review.kind(), review.object(), review.namespace()), warnings);
    this.before = review.oldTemplate().map(Bindings::of).orElse(Bindings.NONE);
    this.heldBefore =
        review.oldObject().map(old -> stated(old, Annotations.HELD)).orElse(Bindings.NONE);
    this.stated = Bindings.of(review.template());
    review.oldTemplate().map(Reference::in).orElse(List.of()).forEach(this::noteKeys);
  }

  private void noteKeys(Reference reference) {
    keysBefore.computeIfAbsent(reference.named(), n -> new HashSet<>()).addAll(reference.keys());
  }

  private static Bindings stated(JsonNode object, String annotation) {
    return KubernetesJson.annotation(object, annotation).map(Bindings::parse).orElse(Bindings.NONE);
  }

  WorkloadAdmissionResult outcome() {
    warnings.addAll(rollout.warnings());
    List<Reference> valid =
        Reference.in(review.template()).stream().filter(r -> r.named().isValid()).toList();
    List<Reference> references =
        valid.stream().filter(reference -> isVersioned(reference.named())).toList();
    checkNumber(references);
    lookUpTogether(references);
    SortedMap<HeadRef, VersionNumber> leftAlone = leftAlone();
    stated = withoutOrdinaryObjects(stated);
    references.forEach(this::sort);
    groups.forEach(this::bind);
    bindings.forEach(this::hold);
    bindings.putAll(leftAlone);
    valid.forEach(this::keepIfLeftAlone);
    return new WorkloadAdmissionResult(
        names,
        Map.of(Annotations.BINDINGS, new Bindings(bindings).annotation()),
        annotations(),
        List.copyOf(warnings));
  }

  private boolean isVersioned(HeadRef head) {
    return review.namespace().versions(head.kind());
  }

  /** Of kinds that get no versions here: a template that an undo brings back is to be the same. */
  private SortedMap<HeadRef, VersionNumber> leftAlone() {
    SortedMap<HeadRef, VersionNumber> leftAlone = new TreeMap<>(stated.versions());
    leftAlone.keySet().removeIf(this::isVersioned);
    return leftAlone;
  }

  /** It may name a version from before its kind was left out: retention must know that it does. */
  private void keepIfLeftAlone(Reference reference) {
    if (!isVersioned(reference.named())
        && VersionName.parse(reference.named().name()).isPresent()) {
      meanings.keep(reference.named());
    }
  }

  private Map<String, Optional<String>> annotations() {
    Map<String, Optional<String>> annotations = new TreeMap<>();
    annotations.put(Annotations.HELD, new Bindings(held).annotation());
    annotations.put(
        Annotations.WAITING,
        waiting.isEmpty() ? Optional.empty() : Optional.of(HeadRef.list(waiting)));
    annotations.put(Annotations.REBIND, Optional.empty());
    annotations.put(Annotations.BASELINE, Optional.empty());
    return annotations;
  }

  /** Each name costs look-ups: nobody may ask for them without end. */
  private void checkNumber(List<Reference> references) {
    long names = references.stream().map(Reference::named).distinct().count();
    if (names > MAX_NAMES) {
      throw new AdmissionDeniedException(
          AdmissionDeniedException.INVALID,
          "admit",
          review,
          "its pod template names " + names + " ConfigMaps and Secrets, " + MAX_NAMES + " can be",
          "Use fewer, or annotate it with " + Annotations.VERSIONED + "=false.");
    }
  }

  /** Asks for all names at once; what is asked for later is there then, or rare. */
  private void lookUpTogether(List<Reference> references) {
    Set<HeadRef> needed = new LinkedHashSet<>();
    for (Reference reference : references) {
      Optional<HeadRef> head = boundTo(reference);
      if (head.isEmpty()) {
        needed.add(reference.named());
        continue;
      }
      if (!isAsBefore(reference, head.get())) {
        needed.add(reference.named());
        needed.add(head.get());
      }
      if (!(move instanceof RebindIntent.AsNamed) || heldBefore.has(head.get())) {
        needed.add(head.get());
      }
    }
    meanings.lookUp(needed);
  }

  /** An object that only has a version's name makes no binding, whoever says so. */
  private Bindings withoutOrdinaryObjects(Bindings said) {
    SortedMap<HeadRef, VersionNumber> kept = new TreeMap<>(said.versions());
    kept.keySet().removeIf(head -> !isVersioned(head));
    kept.entrySet()
        .removeIf(
            e ->
                !before.of(e.getKey()).equals(Optional.of(e.getValue()))
                    && isOrdinary(meanings.of(e.getKey().version(e.getValue()))));
    return new Bindings(kept);
  }

  private static boolean isOrdinary(Resolution meaning) {
    return meaning instanceof Resolution.OfHead || meaning instanceof Resolution.Unversioned;
  }

  /** The head of a reference that names a version which it is said to be bound to. */
  private Optional<HeadRef> boundTo(Reference reference) {
    return VersionName.parse(reference.named().name())
        .map(name -> Map.entry(new HeadRef(reference.named().kind(), name.head()), name.number()))
        .filter(
            named ->
                stated
                    .of(named.getKey())
                    .or(() -> before.of(named.getKey()))
                    .filter(named.getValue()::equals)
                    .isPresent())
        .map(Map.Entry::getKey);
  }

  /** Whether the persisted template is bound to just this, and needs every key of it. */
  private boolean isAsBefore(Reference reference, HeadRef head) {
    return before.of(head).map(head::version).filter(reference.named()::equals).isPresent()
        && keysBefore.get(reference.named()).containsAll(reference.keys());
  }

  private void sort(Reference reference) {
    Optional<HeadRef> head = boundTo(reference);
    if (head.isPresent() && isAsBefore(reference, head.get())) {
      group(head.get()).bound.add(reference);
      return;
    }
    if (review.isOfImmutableTemplate() && before.has(reference.named())) {
      group(reference.named()).bare.add(reference);
      return;
    }
    Resolution meaning = meanings.of(reference.named());
    if (meaning instanceof Resolution.OfHead) {
      group(reference.named()).bare.add(reference);
    } else if (meaning instanceof Resolution.OfVersion named) {
      head.ifPresent(h -> group(h).bound.add(reference));
      missing.keys(reference, reference.named(), named.version().content());
    } else if (meaning instanceof Resolution.Unversioned other) {
      missing.keys(reference, reference.named(), other.content());
      other
          .refusal()
          .ifPresent(
              words ->
                  warn(reference.named(), "was refused a version", "see its namespace's rules"));
    } else if (head.isPresent()) {
      group(head.get()).bound.add(reference);
      // The current version may not be there yet: under dry run nothing was made.
      if (!isCurrent(head.get(), statedVersion(head.get()))) {
        missing.object(reference);
      }
    } else {
      group(reference.named()).missing.add(reference);
    }
  }

  private Group group(HeadRef head) {
    return groups.computeIfAbsent(head, h -> new Group());
  }

  private void bind(HeadRef head, Group group) {
    if (review.isOfImmutableTemplate() && wasNamed(head)) {
      before.of(head).ifPresent(number -> bindAsPersisted(head, number, group.all()));
    } else if (!group.bare.isEmpty() || !group.missing.isEmpty()) {
      bindBare(head, group);
    } else if (!mayMove(head) || !bindToCurrent(head, group)) {
      bindTo(head, statedVersion(head), group.bound);
    }
  }

  /** Whether the persisted template names this head or a version that it bound it to. */
  private boolean wasNamed(HeadRef head) {
    return before.has(head)
        || Reference.in(review.oldTemplate().orElseThrow()).stream()
            .anyMatch(reference -> reference.named().equals(head));
  }

  /** Each place as it was; what was not there, an ephemeral container's, as the rest. */
  private void bindAsPersisted(HeadRef head, VersionNumber number, List<Reference> references) {
    JsonNode old = review.oldTemplate().orElseThrow();
    String version = head.version(number).name();
    List<Reference> bound =
        references.stream().filter(r -> old.at(r.place()).asText(version).equals(version)).toList();
    if (!bound.isEmpty()) {
      bindTo(head, number, bound);
    }
  }

  private void bindBare(HeadRef head, Group group) {
    Optional<VersionNumber> then =
        baseline()
            .of(head)
            .filter(number -> meanings.of(head.version(number)) instanceof Resolution.OfVersion);
    if (then.isPresent()) {
      bindTo(head, then.get(), group.all());
    } else if (group.bare.isEmpty() || !bindToCurrent(head, group)) {
      keepBoundOrWait(head, group);
    }
  }

  private Bindings baseline() {
    if (baseline.isEmpty()) {
      baseline = Optional.of(baselines.of(review));
    }
    return baseline.get();
  }

  private VersionNumber statedVersion(HeadRef head) {
    return stated.of(head).or(() -> before.of(head)).orElseThrow();
  }

  private boolean bindToCurrent(HeadRef head, Group group) {
    if (!(meanings.of(head) instanceof Resolution.OfHead current)) {
      return false;
    }
    bindTo(head, current.current(), group.all());
    group.all().forEach(reference -> missing.keys(reference, head, current.content()));
    return true;
  }

  private void bindTo(HeadRef head, VersionNumber number, List<Reference> references) {
    HeadRef version = head.version(number);
    for (Reference reference : references) {
      if (!reference.named().equals(version)) {
        names.put(reference.place(), version.name());
      }
    }
    bindings.put(head, number);
  }

  /** A head that is gone must not take away from a workload what it runs with. */
  private void keepBoundOrWait(HeadRef head, Group group) {
    Optional<VersionNumber> kept =
        before
            .of(head)
            .filter(number -> meanings.of(head.version(number)) instanceof Resolution.OfVersion);
    if (kept.isPresent()) {
      bindTo(head, kept.get(), group.all());
      warn(head, "is gone, " + kept.get() + " is kept", "create it to change it");
      return;
    }
    group.missing.forEach(missing::object);
    if (group.missing.stream().anyMatch(reference -> !reference.optional())) {
      waiting.add(head);
    }
    if (!group.bound.isEmpty()) {
      bindTo(head, statedVersion(head), group.bound);
    }
  }

  /** Whether this request moves a head that is bound already to what is current. */
  private boolean mayMove(HeadRef head) {
    boolean restarts = move instanceof RebindIntent.Restart;
    if (move instanceof RebindIntent.Rebind rebind) {
      if (rebind.includes(head)) {
        return true;
      }
      restarts = rebind.restarts();
    }
    if (!restarts) {
      return false;
    }
    if (rollout.value() == Rollout.PINNED) {
      warn(head, "stays, the workload is pinned", "apply to move it");
      return false;
    }
    if (heldBefore.has(head) && !isCurrent(head, statedVersion(head))) {
      warn(
          head,
          "stays at " + statedVersion(head) + " after an undo",
          "apply, or annotate " + Annotations.REBIND + "= to move it");
      return false;
    }
    return true;
  }

  private boolean isCurrent(HeadRef head, VersionNumber number) {
    return meanings.of(head) instanceof Resolution.OfHead current
        && current.current().equals(number);
  }

  /** A head that this request took back to an older version, or an earlier one did. */
  private void hold(HeadRef head, VersionNumber number) {
    boolean moved = before.of(head).filter(old -> !old.equals(number)).isPresent();
    if ((moved || heldBefore.has(head)) && !isCurrent(head, number)) {
      held.put(head, number);
    }
  }

  private void warn(HeadRef head, String what, String remedy) {
    warnings.add(Warnings.warning(head.kind().kind(), head.name(), what, remedy));
  }
}
