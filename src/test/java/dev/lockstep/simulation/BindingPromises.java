package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.binding.WorkloadKind;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import dev.lockstep.simulation.Promises.Asked;
import dev.lockstep.simulation.Promises.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What one admission of a workload has to come to: a new revision reads what is current, one that
 * comes back what it had, and a workload that was rolled back stays where it is.
 */
final class BindingPromises {
  private final Promises promises;
  private final SmallCluster cluster;
  private final SimulatedServer app;
  private final Asked asked;
  private final Optional<ObjectNode> old;
  private final ObjectNode request;
  private final Map<HeadRef, Named> meanings;
  private final ObjectNode result;

  private final Bindings before;
  private final Bindings after;
  private final Bindings stated;
  private final SortedMap<HeadRef, List<Reference>> groups = new TreeMap<>();
  private final boolean held;
  private final boolean pinned;
  private final boolean unchanged;

  BindingPromises(
      Promises promises,
      SmallCluster cluster,
      SimulatedServer app,
      Asked asked,
      Optional<ObjectNode> old,
      ObjectNode request,
      Map<HeadRef, Named> meanings,
      ObjectNode result) {
    this.promises = promises;
    this.cluster = cluster;
    this.app = app;
    this.asked = asked;
    this.old = old;
    this.request = request;
    this.meanings = meanings;
    this.result = result;
    this.before = old.map(this::bindings).orElse(Bindings.NONE);
    this.after = bindings(result);
    this.stated = bindings(request);
    for (Reference reference : references(request)) {
      HeadRef head = binding(reference).orElse(reference.named());
      groups.computeIfAbsent(head, h -> new ArrayList<>()).add(reference);
    }
    this.held = isHeld();
    this.pinned = annotation(request, Annotations.ROLLOUT).equals("pinned");
    this.unchanged =
        old.isPresent() && asked != Asked.UNDO && unbound(old.get(), before).equals(unbound());
  }

  private Bindings bindings(JsonNode workload) {
    return Bindings.of(Promises.template(app, workload));
  }

  void hold() {
    assertThat(KubernetesJson.annotation(result.at(app.kind.template()), Annotations.BINDINGS))
        .as("bindings name what is named")
        .isEqualTo(after.annotation());
    for (String note : List.of(Annotations.REBIND, Annotations.BASELINE, Annotations.IN_BETWEEN)) {
      assertThat(KubernetesJson.annotation(result, note)).as(note).isEmpty();
    }
    if (isImmutable()) {
      staysAsItIs();
      return;
    }
    groups.forEach(this::names);
    if (!cluster.full) {
      assertThat(annotation(result, Annotations.HELD)).as("held").isEqualTo(expectedHold());
      waits();
    }
  }

  private void names(HeadRef head, List<Reference> all) {
    List<Reference> references = new ArrayList<>(all);
    if (promises.named(head.in("shop")) == Named.VERSION) {
      // What names another head's version itself is a pin, whatever else was bound to its name.
      references.removeIf(reference -> reference.named().equals(head));
      all.stream()
          .filter(reference -> !references.contains(reference))
          .forEach(pin -> assertThat(at(result, pin)).as("the pin " + pin).isEqualTo(head.name()));
    }
    if (references.isEmpty()) {
      return;
    }
    Set<String> names = expected(head, references);
    for (Reference reference : references) {
      String name = at(result, reference);
      // Nothing could be stamped, and so nothing bound.
      if (!cluster.full || !name.equals(reference.named().name())) {
        assertThat(names).as("what " + reference + " may name").contains(name);
      }
    }
  }

  /** What all references of a head may name then. */
  private Set<String> expected(HeadRef head, List<Reference> references) {
    List<Reference> bare = references.stream().filter(r -> r.named().equals(head)).toList();
    Optional<String> bound =
        references.stream()
            .map(r -> r.named().name())
            .filter(n -> !n.equals(head.name()))
            .findAny();
    boolean optional = references.stream().allMatch(Reference::optional);
    String newRevision = newRevision(head, bound, bare.isEmpty());
    Optional<String> persisted = before.of(head).map(n -> head.version(n).name());
    if (asked == Asked.UNDO) {
      return undone(head, bound, optional, newRevision);
    }
    if (old.isEmpty()) {
      boolean staysAsItIs = app.kind.revisions().isPresent() || app.kind.isImmutable();
      boolean keeps = bound.isPresent() && bare.isEmpty() && staysAsItIs;
      return Set.of(keeps && isThere(head, bound) ? bound.get() : newRevision);
    }
    if (isAskedToMove(head, references)) {
      return Set.of(newRevision);
    }
    if (held) {
      return bound.filter(b -> !bound.equals(persisted) && b.equals(newRevision)).isPresent()
          ? Set.of(newRevision)
          : Set.of(persisted.orElse(newRevision));
    }
    if (unchanged) {
      if (bare.isEmpty()) {
        return bound.filter(newRevision::equals).isPresent() && !bound.equals(persisted)
            ? Set.of(newRevision)
            : Set.of(persisted.or(() -> bound).orElseThrow());
      }
      boolean leftBare =
          optional && references.stream().allMatch(r -> at(old.get(), r).equals(r.named().name()));
      if (leftBare) {
        return new TreeSet<>(List.of(newRevision, head.name()));
      }
    }
    return Set.of(
        pinned && asked != Asked.APPLY ? pinned(head, bound, bare, newRevision) : newRevision);
  }

  /** What only an apply moves. */
  private String pinned(
      HeadRef head, Optional<String> bound, List<Reference> bare, String newRevision) {
    Optional<String> persisted = before.of(head).map(n -> head.version(n).name());
    boolean isMoved =
        bound.filter(b -> !bound.equals(persisted)).filter(newRevision::equals).isPresent();
    boolean isLeftOut = promises.named(head.in("shop")) == Named.SOMETHING_ELSE;
    if (isMoved || isLeftOut && !bare.isEmpty()) {
      return newRevision;
    }
    return bare.isEmpty()
        ? persisted.or(() -> bound).orElseThrow()
        : persisted.filter(p -> isThere(head, persisted)).orElse(newRevision);
  }

  private Set<String> undone(
      HeadRef head, Optional<String> bound, boolean optional, String newRevision) {
    Optional<String> had =
        bound.or(
            () ->
                Bindings.parse(app.baselineOf(Promises.template(app, request)))
                    .of(head)
                    .map(head::version)
                    .filter(v -> promises.isVersion(v.in("shop")))
                    .map(HeadRef::name));
    return had.isPresent() ? Set.of(had.get()) : Set.of(optional ? head.name() : newRevision);
  }

  /** What is current; where the head is gone, what is known of it. */
  private String newRevision(HeadRef head, Optional<String> bound, boolean isOnlyBound) {
    Named meaning = promises.named(head.in("shop"));
    if (meaning == Named.HEAD) {
      if (cluster.full) {
        return current(head).map(n -> head.version(n).name()).orElse(head.name());
      }
      promises.ensured(head.in("shop"));
      return head.version(current(head).orElseThrow()).name();
    }
    if (meaning == Named.SOMETHING_ELSE) {
      return head.name();
    }
    return isOnlyBound
        ? bound.orElseThrow()
        : before
            .of(head)
            .map(head::version)
            .filter(v -> promises.isVersion(v.in("shop")))
            .map(HeadRef::name)
            .or(() -> bound)
            .orElse(head.name());
  }

  private boolean isThere(HeadRef head, Optional<String> version) {
    return promises.isVersion(new HeadRef(head.kind(), version.orElseThrow()).in("shop"));
  }

  private boolean isAskedToMove(HeadRef head, List<Reference> references) {
    Optional<String> rebind = KubernetesJson.annotation(request, Annotations.REBIND);
    if (rebind.isEmpty()) {
      return false;
    }
    String list = rebind.get().replaceFirst("^[a-z]+:", "");
    boolean included = list.isEmpty() || HeadRef.parseList(list).contains(head);
    boolean byItself = !list.equals(rebind.get());
    boolean isNew =
        rebind.get().startsWith("arrived:")
            && references.stream().anyMatch(r -> r.named().equals(head));
    return included && !(byItself && ((held || pinned) && !isNew || lacksKeys(head, references)));
  }

  private boolean lacksKeys(HeadRef head, List<Reference> references) {
    JsonNode data = cluster.find(head.in("shop")).map(Promises::content).orElse(null);
    return data != null
        && references.stream()
            .filter(r -> !r.optional())
            .flatMap(r -> r.keys().stream())
            .anyMatch(key -> !data.has(key));
  }

  private boolean isImmutable() {
    return app.kind.change() == WorkloadKind.Change.IMMUTABLE && old.isPresent();
  }

  /** A Job that is applied again, its references as they were, must not be refused as changed. */
  private void staysAsItIs() {
    if (!stated.equals(before) && !stated.equals(Bindings.NONE)) {
      return;
    }
    for (Reference reference : references(old.orElseThrow())) {
      HeadRef there = reference.named();
      Optional<HeadRef> head =
          before.versions().keySet().stream()
              .filter(h -> h.version(before.of(h).orElseThrow()).equals(there))
              .findFirst();
      String name = at(request, reference);
      if (name.equals(there.name()) || head.filter(h -> h.name().equals(name)).isPresent()) {
        assertThat(at(result, reference)).as("a Job's " + reference).isEqualTo(there.name());
      }
    }
  }

  /** The head that a version's name is a binding of; a pin is of none. */
  private Optional<HeadRef> binding(Reference reference) {
    Optional<VersionName> name = VersionName.parse(reference.named().name());
    if (name.isEmpty()) {
      return Optional.empty();
    }
    HeadRef head = new HeadRef(reference.named().kind(), name.get().head());
    VersionNumber number = name.get().number();
    if (asked == Asked.UNDO) {
      return Optional.of(head).filter(h -> isSaid(stated, h, number));
    }
    if (isSaid(before, head, number)) {
      return Optional.of(head);
    }
    boolean isOrdinary =
        meanings.get(reference.named()) == Named.HEAD
            || meanings.get(reference.named()) == Named.SOMETHING_ELSE;
    return Optional.of(head).filter(h -> isSaid(stated, h, number) && !isOrdinary);
  }

  private static boolean isSaid(Bindings bindings, HeadRef head, VersionNumber number) {
    return bindings.of(head).filter(number::equals).isPresent();
  }

  private Optional<VersionNumber> current(HeadRef head) {
    return cluster
        .find(head.in("shop"))
        .filter(o -> promises.named(head.in("shop")) == Named.HEAD && Promises.isStamped(o))
        .map(Promises::current);
  }

  private boolean isOlder(HeadRef head, VersionNumber number) {
    return !current(head).equals(Optional.of(number));
  }

  /** Whether an earlier rollback keeps it where it is, and this is not the end of that. */
  private boolean isHeld() {
    boolean wasHeld = old.filter(o -> !annotation(o, Annotations.HELD).isEmpty()).isPresent();
    boolean isAskedToMove =
        KubernetesJson.annotation(request, Annotations.REBIND).filter(String::isEmpty).isPresent();
    if (!wasHeld || asked == Asked.UNDO || isAskedToMove || app.kind.revisions().isEmpty()) {
      return false;
    }
    Set<HeadRef> older =
        before.versions().keySet().stream()
            .filter(head -> isOlder(head, before.of(head).orElseThrow()))
            .collect(Collectors.toSet());
    boolean named =
        asked == Asked.APPLY
            && older.stream()
                .anyMatch(
                    head ->
                        groups.getOrDefault(head, List.of()).stream()
                            .anyMatch(
                                r ->
                                    !r.named()
                                        .equals(head.version(before.of(head).orElseThrow()))));
    return !older.isEmpty() && !named && image(old.get()).equals(image(request));
  }

  private String image(JsonNode workload) {
    return Promises.template(app, workload).at("/spec/containers/0/image").asText();
  }

  private String expectedHold() {
    boolean holds = asked == Asked.UNDO || held || old.isEmpty();
    SortedMap<HeadRef, VersionNumber> older = new TreeMap<>(after.versions());
    older.entrySet().removeIf(entry -> !isOlder(entry.getKey(), entry.getValue()));
    return holds && app.kind.revisions().isPresent() ? new Bindings(older).toString() : "";
  }

  private JsonNode unbound() {
    return without(
        request,
        reference -> binding(reference).map(HeadRef::name).orElse(reference.named().name()));
  }

  private JsonNode unbound(JsonNode workload, Bindings bindings) {
    return without(
        workload,
        reference ->
            bindings.versions().entrySet().stream()
                .filter(e -> e.getKey().version(e.getValue()).equals(reference.named()))
                .map(e -> e.getKey().name())
                .findFirst()
                .orElse(reference.named().name()));
  }

  private JsonNode without(JsonNode workload, Function<Reference, String> names) {
    ObjectNode template = Promises.template(app, workload).deepCopy();
    for (Reference reference : Reference.in(template)) {
      JsonPointer place = reference.place();
      ((ObjectNode) template.at(place.head()))
          .put(place.last().getMatchingProperty(), names.apply(reference));
    }
    ObjectNode metadata = template.withObject("/metadata");
    metadata.withObject("/annotations").remove(Annotations.BINDINGS);
    if (metadata.path("annotations").isEmpty()) {
      metadata.remove("annotations");
    }
    return template;
  }

  /** What required names mean nothing, and who lacks a key of what is current. */
  private void waits() {
    Set<HeadRef> waiting =
        KubernetesJson.annotation(result, Annotations.WAITING)
            .map(HeadRef::parseList)
            .orElse(new TreeSet<>());
    Set<HeadRef> missing =
        app.kind.change() == WorkloadKind.Change.IMMUTABLE
            ? Set.of()
            : references(result).stream()
                .filter(r -> !r.optional() && isNothing(r.named()))
                .map(Reference::named)
                .filter(
                    name ->
                        after.versions().entrySet().stream()
                            .noneMatch(b -> b.getKey().version(b.getValue()).equals(name)))
                .collect(Collectors.toCollection(TreeSet::new));
    assertThat(waiting).as("waiting").containsAll(missing);
    waiting.removeAll(missing);
    for (HeadRef head : waiting) {
      assertThat(after.has(head)).as(head + " is waited for though it is not bound").isTrue();
    }
  }

  /** Names nothing, also after this admission made the versions that it needed. */
  private boolean isNothing(HeadRef name) {
    return cluster.find(name.in("shop")).isEmpty();
  }

  private List<Reference> references(JsonNode workload) {
    return Reference.in(Promises.template(app, workload));
  }

  private String at(JsonNode workload, Reference reference) {
    return workload.at(app.kind.template().append(reference.place())).asText();
  }

  private static String annotation(JsonNode object, String key) {
    return KubernetesJson.annotation(object, key).orElse("");
  }
}
