package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What one admission of a workload has to come to: the three rules, and what follows from them. */
final class BindingPromises {
  private final Promises promises;
  private final SmallCluster cluster;
  private final SimulatedServer app;
  private final Optional<ObjectNode> old;
  private final ObjectNode request;
  private final Map<HeadRef, Named> meanings;
  private final ObjectNode result;

  private final Bindings before;
  private final Bindings after;
  private final Bindings stated;
  private Bindings baseline = Bindings.NONE;

  BindingPromises(
      Promises promises,
      SmallCluster cluster,
      SimulatedServer app,
      Optional<ObjectNode> old,
      ObjectNode request,
      Map<HeadRef, Named> meanings,
      ObjectNode result) {
    this.promises = promises;
    this.cluster = cluster;
    this.app = app;
    this.old = old;
    this.request = request;
    this.meanings = meanings;
    this.result = result;
    this.before = old.map(o -> bindings(o)).orElse(Bindings.NONE);
    this.after = bindings(result);
    this.stated = bindings(request);
  }

  private Bindings bindings(JsonNode workload) {
    return Bindings.of(Promises.template(app, workload));
  }

  void hold(Asked said) {
    // Typed by somebody while the workload was left out, and due now.
    Asked asked =
        KubernetesJson.annotation(request, Annotations.REBIND).isPresent() ? Asked.REBIND : said;
    baseline = baseline(said);
    assertThat(KubernetesJson.annotation(result.at(app.kind.template()), Annotations.BINDINGS))
        .as("bindings name what is named")
        .isEqualTo(after.annotation());
    assertThat(KubernetesJson.annotation(result, Annotations.REBIND)).isEmpty();
    assertThat(KubernetesJson.annotation(result, Annotations.BASELINE)).isEmpty();
    if (isImmutable()) {
      staysAsItIs();
      return;
    }
    for (Reference reference : references(request)) {
      if (cluster.full && at(result, reference).equals(reference.named().name())) {
        // Nothing could be stamped, and so nothing bound.
        continue;
      }
      if (isBare(reference) && isVersion(reference.named(), baseline)) {
        assertThat(at(result, reference))
            .as("what it meant when its namespace was opted in")
            .isEqualTo(version(reference.named(), baseline).orElseThrow());
      } else {
        bareIsCurrent(reference);
        neverBoundStays(reference);
      }
    }
    switch (asked) {
      case UNDO -> undone();
      case RESTART -> before.versions().keySet().forEach(this::restarted);
      case REBIND -> before.versions().keySet().forEach(this::rebound);
      case ANYTHING_ELSE -> before.versions().keySet().forEach(this::unmoved);
    }
    assertThat(annotation(result, Annotations.HELD)).as("held").isEqualTo(held());
    assertThat(
            KubernetesJson.annotation(result, Annotations.WAITING)
                .map(HeadRef::parseList)
                .orElse(new TreeSet<>()))
        .as("waiting")
        .isEqualTo(waiting());
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
      String asked = at(request, reference);
      if (asked.equals(there.name()) || head.filter(h -> h.name().equals(asked)).isPresent()) {
        assertThat(at(result, reference)).as("a Job's " + reference).isEqualTo(there.name());
      }
    }
  }

  private boolean isBare(Reference reference) {
    return isA(reference.named(), Named.HEAD)
        || isNothing(reference.named()) && !isBound(reference.named());
  }

  /** Names nothing, also after this admission made the versions that it needed. */
  private boolean isNothing(HeadRef name) {
    return isA(name, Named.NOTHING) && cluster.find(name.in("shop")).isEmpty();
  }

  private static Optional<String> version(HeadRef head, Bindings bindings) {
    return bindings.of(head).map(head::version).map(HeadRef::name);
  }

  private boolean isVersion(HeadRef head, Bindings bindings) {
    return bindings
        .of(head)
        .map(head::version)
        .filter(v -> promises.isVersion(v.in("shop")))
        .isPresent();
  }

  /** What the bare names of a revision that is brought back meant. */
  private Bindings baseline(Asked asked) {
    Optional<String> brought = KubernetesJson.annotation(request, Annotations.BASELINE);
    if (app.kind.revisions().filter(WorkloadKind.REPLICA_SETS::equals).isPresent()) {
      boolean isLeftOver =
          old.flatMap(o -> KubernetesJson.annotation(o, Annotations.BASELINE)).equals(brought);
      return old.isEmpty() || isLeftOver && asked != Asked.UNDO
          ? Bindings.NONE
          : Bindings.parse(brought.orElse(""));
    }
    return asked == Asked.UNDO
        ? Bindings.parse(app.baselineOf(Promises.template(app, request)))
        : Bindings.NONE;
  }

  private void bareIsCurrent(Reference reference) {
    HeadRef head = reference.named();
    if (!isA(head, Named.HEAD)) {
      return;
    }
    promises.ensured(head.in("shop"));
    VersionNumber current = Promises.current(cluster.find(head.in("shop")).orElseThrow());
    assertThat(at(result, reference)).as("applied bare").isEqualTo(head.version(current).name());
    assertThat(after.of(head)).contains(current);
  }

  private boolean isBound(HeadRef named) {
    return VersionName.parse(named.name())
        .map(v -> Map.entry(new HeadRef(named.kind(), v.head()), v.number()))
        .filter(v -> has(before, v) || has(stated, v))
        .isPresent();
  }

  private void neverBoundStays(Reference reference) {
    HeadRef named = reference.named();
    if (isBound(named)) {
      return;
    }
    if (isA(named, Named.VERSION) || isA(named, Named.SOMETHING_ELSE)) {
      assertThat(at(result, reference)).as("never bound").isEqualTo(named.name());
    }
    if (isNothing(named)) {
      String kept = isVersion(named, before) ? version(named, before).orElseThrow() : named.name();
      assertThat(at(result, reference)).as("the head is gone").isEqualTo(kept);
    }
  }

  private static boolean has(Bindings bindings, Map.Entry<HeadRef, VersionNumber> version) {
    return bindings.of(version.getKey()).filter(version.getValue()::equals).isPresent();
  }

  private boolean isA(HeadRef name, Named meaning) {
    return meanings.get(name) == meaning;
  }

  private void undone() {
    if (meanings.values().stream().allMatch(m -> m == Named.VERSION || m == Named.SOMETHING_ELSE)) {
      assertThat(names(result)).as("names after an undo").isEqualTo(names(request));
    }
  }

  private void restarted(HeadRef head) {
    VersionNumber number = before.of(head).orElseThrow();
    boolean pinned = annotation(request, Annotations.ROLLOUT).equals("pinned");
    boolean held = heldBefore().has(head);
    if (!isNamedBare(head)) {
      assertThat(after.of(head))
          .as(head + " after a restart")
          .contains(pinned || held ? number : currentOr(head, number));
    }
  }

  private void rebound(HeadRef head) {
    String list = annotation(request, Annotations.REBIND);
    HeadRef bound = head.version(before.of(head).orElseThrow());
    boolean isBound =
        !isNamedBare(head) && references(request).stream().anyMatch(r -> r.named().equals(bound));
    if (isBound && (list.isEmpty() || HeadRef.parseList(list).contains(head))) {
      assertThat(after.of(head))
          .as(head + " after a re-bind")
          .contains(currentOr(head, before.of(head).orElseThrow()));
    }
  }

  private void unmoved(HeadRef head) {
    VersionNumber number = before.of(head).orElseThrow();
    List<Reference> bound =
        references(request).stream().filter(r -> r.named().equals(head.version(number))).toList();
    if (!bound.isEmpty() && !isNamedBare(head) && stated.of(head).equals(before.of(head))) {
      assertThat(after.of(head)).as(head + " was not to move").contains(number);
    }
  }

  private boolean isNamedBare(HeadRef head) {
    return references(request).stream().anyMatch(r -> r.named().equals(head));
  }

  private VersionNumber currentOr(HeadRef head, VersionNumber otherwise) {
    return cluster
        .find(head.in("shop"))
        .filter(o -> promises.named(head.in("shop")) == Named.HEAD && Promises.isStamped(o))
        .map(Promises::current)
        .orElse(otherwise);
  }

  private Bindings heldBefore() {
    return old.map(o -> Bindings.parse(annotation(o, Annotations.HELD))).orElse(Bindings.NONE);
  }

  private String held() {
    SortedMap<HeadRef, VersionNumber> held = new TreeMap<>(after.versions());
    held.entrySet().removeIf(entry -> !isHeld(entry.getKey(), entry.getValue()));
    return new Bindings(held).toString();
  }

  private boolean isHeld(HeadRef head, VersionNumber number) {
    boolean isCurrent =
        promises.named(head.in("shop")) == Named.HEAD
            && cluster
                .find(head.in("shop"))
                .filter(Promises::isStamped)
                .filter(object -> Promises.current(object).equals(number))
                .isPresent();
    boolean moved = before.has(head) && !before.of(head).equals(after.of(head));
    return !isCurrent && (moved || heldBefore().has(head));
  }

  private Set<HeadRef> waiting() {
    return references(result).stream()
        .filter(r -> !r.optional() && isNothing(r.named()))
        .map(Reference::named)
        .filter(
            name ->
                after.versions().entrySet().stream()
                    .noneMatch(b -> b.getKey().version(b.getValue()).equals(name)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private List<Reference> references(JsonNode workload) {
    return Reference.in(Promises.template(app, workload));
  }

  private List<String> names(JsonNode workload) {
    return references(workload).stream().map(r -> r.named().toString()).toList();
  }

  private String at(JsonNode workload, Reference reference) {
    return workload.at(app.kind.template().append(reference.place())).asText();
  }

  private static String annotation(JsonNode object, String key) {
    return KubernetesJson.annotation(object, key).orElse("");
  }
}
