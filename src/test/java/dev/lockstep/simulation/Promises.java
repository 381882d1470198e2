package dev.lockstep.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.binding.Bindings;
import dev.lockstep.binding.Reference;
import dev.lockstep.model.Annotations;
import dev.lockstep.model.Content;
import dev.lockstep.model.ContentHash;
import dev.lockstep.model.HeadRef;
import dev.lockstep.model.KubernetesJson;
import dev.lockstep.model.Labels;
import dev.lockstep.model.ObjectKey;
import dev.lockstep.model.VersionName;
import dev.lockstep.model.VersionNumber;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What Lockstep promises, held against what it did: a second, simpler account of heads, versions
 * and bindings, kept from what was asked and what was persisted.
 */
final class Promises {

  /** What a request was, as far as other rules hold for it. */
  enum Asked {
    UNDO,
    RESTART,
    REBIND,
    ANYTHING_ELSE
  }

  /** What a name stands for. */
  enum Named {
    NOTHING,
    HEAD,
    VERSION,
    SOMETHING_ELSE
  }

  private static final Set<String> STAMP_LABELS =
      Set.of(Labels.ROLE, Labels.VERSION, Labels.CONTENT);
  private static final Set<String> STAMP_ANNOTATIONS =
      Set.of(Annotations.NEWEST, Annotations.CHANGED_BY, Annotations.RESTAMP);
  private static final Set<String> WORKLOAD_ANNOTATIONS =
      Set.of(Annotations.HELD, Annotations.WAITING, Annotations.REBIND, Annotations.BASELINE);

  private final SmallCluster cluster;

  /** Every version object, as it was first seen. */
  private final Map<ObjectKey, ObjectNode> versions = new HashMap<>();

  /** By head: whose the numbers are that a version object had in the head's life. */
  private final Map<ObjectKey, SortedMap<VersionNumber, JsonNode>> given = new HashMap<>();

  /** By head: numbers of its stamps whose version need not be there yet. */
  private final Map<ObjectKey, SortedMap<VersionNumber, JsonNode>> stamped = new HashMap<>();

  /** By head: contents that must not be lost any more. */
  private final Map<ObjectKey, Set<JsonNode>> owed = new HashMap<>();

  /** Versions that somebody made who is not Lockstep. */
  private final Set<ObjectKey> madeUp = new HashSet<>();

  /** By workload: bindings that somebody made up, to versions that never were. */
  private final Map<String, Set<ObjectKey>> forged = new HashMap<>();

  /** By workload: what its bound references read when they were bound. */
  private final Map<String, Map<ObjectKey, JsonNode>> bound = new HashMap<>();

  Promises(SmallCluster cluster) {
    this.cluster = cluster;
  }

  static JsonNode content(JsonNode object) {
    return object.path("data");
  }

  boolean isVersion(ObjectKey id) {
    return cluster.find(id).filter(object -> isVersion(id, object)).isPresent();
  }

  private boolean isVersion(ObjectKey id, JsonNode object) {
    return KubernetesJson.label(object, Labels.ROLE).filter("version"::equals).isPresent()
        && object.path("immutable").asBoolean()
        && id.name()
            .equals(
                KubernetesJson.annotation(object, Annotations.HEAD_NAME).orElse("")
                    + "-"
                    + KubernetesJson.label(object, Labels.VERSION).orElse(""))
        && KubernetesJson.label(object, Labels.CONTENT)
            .filter(hash(id, object)::equals)
            .isPresent();
  }

  private String hash(ObjectKey id, JsonNode object) {
    ContentHash hash = cluster.hasher.hash(Content.of(id.kind(), object));
    return hash.toString();
  }

  Named named(ObjectKey id) {
    Optional<ObjectNode> object = cluster.find(id);
    if (object.isEmpty()) {
      return Named.NOTHING;
    }
    if (isVersion(id, object.get())) {
      return Named.VERSION;
    }
    boolean leftOut =
        KubernetesJson.annotation(object.get(), Annotations.VERSIONED)
                .filter("false"::equals)
                .isPresent()
            || KubernetesJson.label(object.get(), Labels.ROLE).filter("version"::equals).isPresent()
            || object.get().path("immutable").asBoolean() && !isStamped(object.get());
    return leftOut ? Named.SOMETHING_ELSE : Named.HEAD;
  }

  static boolean isStamped(JsonNode object) {
    return KubernetesJson.label(object, Labels.ROLE).filter("head"::equals).isPresent()
        && KubernetesJson.label(object, Labels.VERSION).flatMap(VersionNumber::parse).isPresent()
        && KubernetesJson.label(object, Labels.CONTENT).flatMap(ContentHash::parse).isPresent();
  }

  private boolean hasRightHash(ObjectKey id, JsonNode object) {
    return isStamped(object)
        && KubernetesJson.label(object, Labels.CONTENT)
            .filter(hash(id, object)::equals)
            .isPresent();
  }

  static VersionNumber current(JsonNode head) {
    return KubernetesJson.label(head, Labels.VERSION).flatMap(VersionNumber::parse).orElseThrow();
  }

  static Optional<VersionNumber> newest(JsonNode head) {
    return KubernetesJson.annotation(head, Annotations.NEWEST).flatMap(VersionNumber::parse);
  }

  static ObjectKey version(ObjectKey head, VersionNumber number) {
    return head.named(head.name() + "-" + number);
  }

  /** A head was persisted as its admission left it. */
  void headAdmitted(ObjectKey id, Optional<ObjectNode> old, ObjectNode request, ObjectNode result) {
    if (!cluster.optedIn) {
      stamped.remove(id);
      return;
    }
    if (old.map(o -> (JsonNode) o)
        .orElse(request)
        .at("/metadata/labels")
        .path(Labels.ROLE)
        .asText()
        .equals("version")) {
      return;
    }
    boolean replaced = old.filter(there -> !content(there).equals(content(result))).isPresent();
    if (!isStamped(result)) {
      assertThat(KubernetesJson.label(result, Labels.ROLE))
          .as("role of what is left out")
          .isNotEqualTo(Optional.of("head"));
      if (replaced && hasRightHash(id, old.get()) && !saysLeftOut(old.get())) {
        owe(id, content(old.get()));
      }
      stamped.remove(id);
      return;
    }
    assertThat(hasRightHash(id, result)).as("hash on " + id).isTrue();
    VersionNumber number = current(result);
    assertThat(newest(result).orElseThrow()).as("newest").isGreaterThanOrEqualTo(number);
    old.flatMap(Promises::newest)
        .ifPresent(
            before ->
                assertThat(newest(result).orElseThrow())
                    .as("newest never falls")
                    .isGreaterThanOrEqualTo(before));
    if (replaced && !saysLeftOut(old.get())) {
      owe(id, content(old.get()));
    }
    reuses(id, old, request, result);
    boolean isRestored =
        old.isEmpty() && hasRightHash(id, request) && current(request).equals(number);
    if (isRestored && cluster.find(version(id, number)).isEmpty()) {
      // A backup may know a number from before; nothing is left that says otherwise.
      given.getOrDefault(id, new TreeMap<>()).remove(number);
    }
    boolean unseen =
        !stamped.containsKey(id)
            && old.filter(o -> hasRightHash(id, o) && current(o).equals(number)).isPresent();
    if (unseen || madeUp.contains(version(id, number))) {
      // Nobody has looked at the name yet; whoever needs the version gets the head a new number.
      return;
    }
    stamped.computeIfAbsent(id, i -> new TreeMap<>());
    assertThat(stamped.get(id).getOrDefault(number, content(result)))
        .as(number + " was given to another content of " + id)
        .isEqualTo(content(result));
    stamped.get(id).put(number, content(result));
  }

  /** What was left out until now had no version coming, whatever a request says of it. */
  private static boolean saysLeftOut(JsonNode object) {
    return KubernetesJson.annotation(object, Annotations.VERSIONED)
        .filter("false"::equals)
        .isPresent();
  }

  private void owe(ObjectKey head, JsonNode content) {
    owed.computeIfAbsent(head, h -> new HashSet<>()).add(content);
  }

  private void reuses(
      ObjectKey id, Optional<ObjectNode> old, ObjectNode request, ObjectNode result) {
    VersionNumber number = current(result);
    ObjectKey version = version(id, number);
    if (old.filter(o -> hasRightHash(id, o) && content(o).equals(content(result))).isPresent()) {
      VersionNumber before = current(old.get());
      if (isVersion(version(id, before))
          && content(cluster.find(version(id, before)).get()).equals(content(result))) {
        assertThat(number).as("the number of unchanged content").isEqualTo(before);
      }
      return;
    }
    boolean restored =
        old.isEmpty()
            && KubernetesJson.label(request, Labels.VERSION)
                .filter(number.toString()::equals)
                .isPresent();
    if (!restored && versionsOf(id).stream().anyMatch(v -> content(v).equals(content(result)))) {
      assertThat(isVersion(version)).as("an old version is used again: " + version).isTrue();
    }
  }

  /** Something was persisted that no admission saw, or is gone: its stamp says nothing any more. */
  void pastAdmission(ObjectKey id) {
    stamped.remove(id);
  }

  /** Somebody made what looks in all like a version: its number is gone for its head. */
  void versionMadeUp(ObjectKey version) {
    madeUp.add(version);
    given
        .computeIfAbsent(headOf(version), h -> new TreeMap<>())
        .put(numberOf(version), content(cluster.objects.get(version)));
    Optional.ofNullable(stamped.get(headOf(version)))
        .ifPresent(numbers -> numbers.remove(numberOf(version)));
  }

  /** The reconciler, or whoever needs the version of this head, has seen it. */
  void ensured(ObjectKey id) {
    if (cluster.optedIn && named(id) == Named.HEAD && !cluster.full) {
      JsonNode head = cluster.find(id).orElseThrow();
      // A hash of an older Lockstep stays until the head's next admission.
      boolean isOfOtherScheme =
          KubernetesJson.label(head, Labels.CONTENT).orElse("").startsWith("h0-");
      assertThat(isOfOtherScheme || hasRightHash(id, head)).as("hash on " + id).isTrue();
      ObjectKey version = version(id, current(head));
      assertThat(isVersion(version)).as(version + " is made").isTrue();
      assertThat(content(cluster.find(version).get())).isEqualTo(content(head));
      owe(id, content(head));
    }
  }

  /** Retention took a version that nothing uses. */
  void collected(ObjectKey head, ObjectKey version) {
    ObjectNode gone = versions.remove(version);
    if (owed.containsKey(head)) {
      owed.get(head).remove(content(gone));
    }
  }

  private List<ObjectNode> versionsOf(ObjectKey head) {
    return versions.entrySet().stream()
        .filter(entry -> head.equals(headOf(entry.getKey())))
        .map(Map.Entry::getValue)
        .toList();
  }

  static ObjectKey headOf(ObjectKey version) {
    return version.named(VersionName.parse(version.name()).orElseThrow().head());
  }

  static VersionNumber numberOf(ObjectKey version) {
    return VersionName.parse(version.name()).orElseThrow().number();
  }

  static void onlyTheStampChanged(JsonNode request, JsonNode result) {
    assertThat(without(result, "", STAMP_LABELS, STAMP_ANNOTATIONS))
        .isEqualTo(without(request, "", STAMP_LABELS, STAMP_ANNOTATIONS));
  }

  static void onlyReferencesChanged(SimulatedServer app, JsonNode request, JsonNode result) {
    assertThat(withoutOurs(app, result)).isEqualTo(withoutOurs(app, request));
  }

  private static JsonNode withoutOurs(SimulatedServer app, JsonNode workload) {
    String template = app.kind.template().toString();
    ObjectNode copy =
        without(
            without(workload, "", Set.of(), WORKLOAD_ANNOTATIONS),
            template,
            Set.of(),
            Set.of(Annotations.BINDINGS));
    for (Reference reference : Reference.in(copy.at(template))) {
      var place = app.kind.template().append(reference.place());
      ((ObjectNode) copy.at(place.head())).put(place.last().getMatchingProperty(), "");
    }
    return copy;
  }

  /** Retention's mark comes and goes. */
  private static ObjectNode unmarked(JsonNode version) {
    return without(version, "", Set.of(), Set.of(Annotations.UNUSED_SINCE));
  }

  private static ObjectNode without(
      JsonNode object, String at, Set<String> labels, Set<String> annotations) {
    ObjectNode copy = object.deepCopy();
    for (var map : Map.of("labels", labels, "annotations", annotations).entrySet()) {
      ObjectNode values = copy.withObject(at + "/metadata/" + map.getKey());
      map.getValue().forEach(values::remove);
      if (values.isEmpty()) {
        copy.withObject(at + "/metadata").remove(map.getKey());
      }
    }
    return copy;
  }

  /** What the names of a request stand for, to be asked before it is admitted. */
  Map<HeadRef, Named> meanings(SimulatedServer app, JsonNode request) {
    return Reference.in(request.at(app.kind.template())).stream()
        .map(Reference::named)
        .distinct()
        .collect(Collectors.toMap(name -> name, name -> named(name.in("shop"))));
  }

  /** A workload was persisted as its admission left it. */
  void workloadAdmitted(
      SimulatedServer app,
      Asked asked,
      Optional<ObjectNode> old,
      ObjectNode request,
      Map<HeadRef, Named> meanings,
      ObjectNode result) {
    boolean newTemplate =
        old.filter(o -> template(app, o).equals(template(app, request))).isEmpty();
    if (!cluster.optedIn
        || !newTemplate && KubernetesJson.annotation(request, Annotations.REBIND).isEmpty()) {
      assertThat(result).as("what is not ours stays as it is").isEqualTo(request);
      workloadPastAdmission(app);
      return;
    }
    if (saysLeftOut(request)) {
      leftOut(app, request, result);
      workloadPastAdmission(app);
      return;
    }
    new BindingPromises(this, cluster, app, old, request, meanings, result).hold(asked);
    remember(app, request, meanings, result);
  }

  /** Its names are its own; it must only not say that it is bound where it is not. */
  private static void leftOut(SimulatedServer app, ObjectNode request, ObjectNode result) {
    assertThat(withoutOurs(app, result)).isEqualTo(withoutOurs(app, request));
    assertThat(Reference.in(template(app, result)))
        .as("names of what is left out")
        .isEqualTo(Reference.in(template(app, request)));
    assertThat(KubernetesJson.annotation(template(app, result), Annotations.BINDINGS))
        .isEqualTo(Bindings.of(template(app, result)).annotation());
    for (String key :
        List.of(Annotations.HELD, Annotations.WAITING, Annotations.REBIND, Annotations.BASELINE)) {
      assertThat(KubernetesJson.annotation(result, key)).as(key).isEmpty();
    }
  }

  static JsonNode template(SimulatedServer app, JsonNode workload) {
    return workload.at(app.kind.template());
  }

  private void remember(
      SimulatedServer app, JsonNode request, Map<HeadRef, Named> meanings, ObjectNode result) {
    Map<ObjectKey, JsonNode> before = bound.getOrDefault(app.name, Map.of());
    Map<ObjectKey, JsonNode> after = new HashMap<>();
    Set<ObjectKey> neverWere = forged.computeIfAbsent(app.name, a -> new HashSet<>());
    Bindings.of(template(app, result))
        .versions()
        .forEach(
            (head, number) -> {
              ObjectKey version = version(head.in("shop"), number);
              if (meanings.get(head.version(number)) == Named.NOTHING
                  && Bindings.of(template(app, request)).has(head)) {
                neverWere.add(version);
              }
              if (!neverWere.contains(version)) {
                assertThat(cluster.find(version))
                    .as(app.name + " is bound to " + version)
                    .isPresent();
                JsonNode content = content(cluster.find(version).get());
                assertThat(content).isEqualTo(before.getOrDefault(version, content));
                after.put(version, content);
              }
            });
    bound.put(app.name, after);
  }

  /** Its references may be others now; what still is bound has to stay as it was. */
  void workloadPastAdmission(SimulatedServer app) {
    Set<ObjectKey> named =
        app.references().stream().map(r -> r.named().in("shop")).collect(Collectors.toSet());
    bound.computeIfAbsent(app.name, a -> new HashMap<>()).keySet().retainAll(named);
  }

  /** To be checked after each step. */
  void hold() {
    cluster.objects.forEach(
        (id, object) -> {
          if (isVersion(id, object)) {
            assertThat(unmarked(object))
                .as("a version never changes: " + id)
                .isEqualTo(versions.computeIfAbsent(id, i -> unmarked(object)));
            JsonNode whose =
                given
                    .computeIfAbsent(headOf(id), h -> new TreeMap<>())
                    .computeIfAbsent(numberOf(id), n -> content(object));
            assertThat(content(object)).as("given twice: " + id).isEqualTo(whose);
          }
        });
    assertThat(cluster.objects.keySet()).as("versions").containsAll(versions.keySet());
    stamped.forEach(
        (head, numbers) ->
            numbers.forEach(
                (number, content) ->
                    assertThat(
                            given.getOrDefault(head, new TreeMap<>()).getOrDefault(number, content))
                        .as(head + " " + number + " is another's")
                        .isEqualTo(content)));
    owed.forEach(
        (head, contents) ->
            assertThat(versionsOf(head).stream().map(Promises::content).toList())
                .as("contents of " + head)
                .containsAll(contents));
    bound.forEach(
        (app, contents) ->
            contents.forEach(
                (version, content) ->
                    assertThat(content(cluster.objects.get(version)))
                        .as(app + " reads " + version)
                        .isEqualTo(content)));
    Set<ObjectKey> heads = new HashSet<>(given.keySet());
    heads.removeIf(head -> cluster.objects.containsKey(head) || !versionsOf(head).isEmpty());
    given.keySet().removeAll(heads);
    stamped.keySet().removeAll(heads);
    owed.keySet().removeAll(heads);
  }
}
